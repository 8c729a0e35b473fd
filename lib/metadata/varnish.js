'use strict'

// Varnish: `varnishadm param.show`, plain or with -j, and the -p of varnishd's command line.

const { badValue } = require('./fail')
const { fractionalSeconds, nginx: parseTime } = require('./duration')
const { clientSide, poolOwner } = require('./hop')
const { readLines } = require('./lines')

const key = 'backend_idle_timeout'
// the client's side: idle sessions and the time to the next request
const clientKeys = ['timeout_idle', 'timeout_linger']

function describe (value, where, notes) {
  // parameters take units of VCL ("60s") where they are set, and print seconds
  const ms = value === undefined ? undefined : fractionalSeconds(value) ?? parseTime(value)
  if (ms === null) throw badValue(where, `${key} with ${fractionalSeconds.expected}`, value)
  return [poolOwner('varnish', { where, idle: ms === 0 ? undefined : ms, key, notes })]
}

/** [2, ["param.show", "-j"], <time>, { name, value, unit, ... }, ...] */
function readDocument (root) {
  const params = root.items().filter(({ isObject }) => isObject)
  const find = (name) => params.find((param) => param.get('name').value === name)
  const notes = clientKeys.map((name) => [name, find(name)]).filter(([, param]) => param !== undefined).map(([name, param]) => clientSide(name, param.path))
  const idle = find(key)
  if (idle === undefined) return describe(undefined, root.path, notes)
  return describe(idle.get('value').text() ?? idle.get('default').text(), idle.get('value').path, notes)
}

function readText (text, { file }) {
  let value
  let at = `${file}:1`
  let inParam = false
  const notes = []
  for (const { words, where } of readLines(text, file)) {
    for (const word of words) {
      if (!word.startsWith(`${key}=`)) continue
      value = word.slice(key.length + 1)
      at = where
    }
    if (words[0] === key) {
      inParam = true
      if (words[1] !== undefined) {
        value = words[1]
        at = where
      }
    } else if (inParam && words[0] === 'Value' && words[1] === 'is:') {
      // param.show of one parameter spreads over lines: "Value is: 60.000 [seconds] (default)"
      value = words[2]
      at = where
      inParam = false
    }
    if (clientKeys.includes(words[0])) notes.push(clientSide(words[0], where))
  }
  return describe(value, at, notes)
}

module.exports = {
  name: 'varnish',
  what: 'varnishadm param.show (also -j), or the command line of varnishd',
  words: ['backend_idle_timeout', 'accept_filter', 'acceptor_sleep_decay', 'ban_lurker_age', 'between_bytes_timeout', 'first_byte_timeout', 'connect_timeout', 'timeout_idle', 'timeout_linger', 'thread_pool_min', 'varnishd', 'default_grace', 'default_ttl', 'workspace_backend'],
  readText,
  matches: (root) => root.isArray && root.get(1).isArray && root.get(1, 0).value === 'param.show',
  readDocument
}
