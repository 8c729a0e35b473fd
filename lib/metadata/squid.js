'use strict'

// squid.conf: server_idle_pconn_timeout, which was called pconn_timeout before 3.2.

const { badValue } = require('./fail')
const { squid: parseTime } = require('./duration')
const { clientSide, notPooling, poolOwner } = require('./hop')
const { readLines } = require('./lines')

const clientKeys = ['client_idle_pconn_timeout', 'persistent_request_timeout', 'client_persistent_connections']

function readText (text, { file }) {
  const found = new Map()
  for (const { words, where } of readLines(text, file)) found.set(words[0] === 'pconn_timeout' ? 'server_idle_pconn_timeout' : words[0], { words, where })
  const notes = clientKeys.filter((key) => found.has(key)).map((key) => clientSide(`${key} ${found.get(key).words.slice(1).join(' ')}`, found.get(key).where))
  const persistent = found.get('server_persistent_connections')
  if (persistent?.words[1]?.toLowerCase() === 'off') {
    return [notPooling('squid', { where: persistent.where, notes: ['server_persistent_connections off', ...notes] })]
  }
  const idle = found.get('server_idle_pconn_timeout')
  if (idle === undefined) return [poolOwner('squid', { where: `${file}:1`, key: 'server_idle_pconn_timeout', notes })]
  const ms = parseTime(idle.words.slice(1).join(' '))
  if (ms === null) throw badValue(idle.where, `server_idle_pconn_timeout with ${parseTime.expected}`, idle.words.slice(1).join(' '))
  if (ms === 0) return [notPooling('squid', { where: idle.where, notes: ['server_idle_pconn_timeout 0 keeps no connection', ...notes] })]
  return [poolOwner('squid', { where: idle.where, idle: ms, key: 'server_idle_pconn_timeout', notes })]
}

module.exports = {
  name: 'squid',
  what: 'squid.conf',
  words: ['acl', 'http_access', 'http_port', 'https_port', 'cache_peer', 'cache_peer_access', 'cache_dir', 'cache_mem', 'cache', 'access_log', 'cache_log', 'cache_store_log', 'coredump_dir', 'refresh_pattern', 'server_idle_pconn_timeout', 'pconn_timeout', 'client_idle_pconn_timeout', 'server_persistent_connections', 'client_persistent_connections', 'forwarded_for', 'visible_hostname', 'pid_filename', 'never_direct', 'always_direct', 'persistent_request_timeout'],
  accepts: (line) => !line.endsWith(';') && !line.endsWith('{'),
  readText
}
