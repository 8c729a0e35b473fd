'use strict'

// Apache Traffic Server: records.config, records.yaml, and what traffic_ctl config prints.

const { badValue } = require('./fail')
const { SECOND, seconds } = require('./duration')
const { clientSide, notPooling, poolOwner } = require('./hop')
const { readLines } = require('./lines')

const id = 'apache-traffic-server'
const prefix = 'proxy.config.'
const idleKey = 'http.keep_alive_no_activity_timeout_out'
const clientKey = 'http.keep_alive_no_activity_timeout_in'
const fallbackKey = 'net.default_inactivity_timeout'
const enabledKey = 'http.keep_alive_enabled_out'
const wanted = new Set([idleKey, clientKey, fallbackKey, enabledKey])
// the default of proxy.config.net.default_inactivity_timeout: 0 of the idle timeout means this one
const fallbackMs = 86400 * SECOND

/** `records`: Map of a record's name to { value, where }; a later line has won. */
function describe (records, where) {
  const client = records.get(clientKey)
  const notes = client === undefined ? [] : [clientSide(prefix + clientKey, client.where)]
  const enabled = records.get(enabledKey)
  if (enabled !== undefined && ['0', 'false'].includes(String(enabled.value).toLowerCase())) {
    return [notPooling(id, { where: enabled.where, notes: [`${prefix}${enabledKey} is 0`, ...notes] })]
  }
  const duration = (key) => {
    const record = records.get(key)
    if (record === undefined) return undefined
    const ms = seconds(record.value)
    if (ms === null) throw badValue(record.where, `${prefix}${key} with ${seconds.expected}`, record.value)
    return ms
  }
  const idle = duration(idleKey)
  const at = records.get(idleKey)?.where ?? where
  if (idle !== 0) return [poolOwner(id, { where: at, idle, key: prefix + idleKey, notes })]
  const fallback = duration(fallbackKey) ?? fallbackMs
  return [poolOwner(id, { where: at, idle: fallback === 0 ? 'unbounded' : fallback, key: `${prefix}${idleKey} is 0 and ${prefix}${fallbackKey}`, notes })]
}

function readText (text, { file }) {
  const records = new Map()
  for (const { words, where } of readLines(text, file)) {
    // CONFIG name TYPE value | LOCAL name TYPE value | name: value
    const isRecord = words[0] === 'CONFIG' || words[0] === 'LOCAL'
    const name = isRecord ? words[1] ?? '' : words[0].endsWith(':') ? words[0].slice(0, -1) : words[0]
    const value = isRecord ? words[3] : words[1]
    if (!name.startsWith(prefix) || !wanted.has(name.slice(prefix.length))) continue
    if (value === undefined) throw badValue(where, `${name} with a value`, value)
    records.set(name.slice(prefix.length), { value, where })
  }
  return describe(records, `${file}:1`)
}

/** records.yaml: `ts: { http: { ... } }`, or names with dots in them. */
function collect (at, name, records) {
  if (at.isObject) {
    for (const [key, value] of at.fields()) collect(value, name === '' ? key : `${name}.${key}`, records)
  } else if (wanted.has(name) && at.exists) {
    if (at.isArray) throw badValue(at.path, 'a value', at.value)
    records.set(name, { value: at.value, where: at.path })
  }
}

function readDocument (root) {
  const records = new Map()
  if (root.has('ts') || root.has('records')) {
    collect(root.either('ts', 'records'), '', records)
  } else {
    for (const [key, value] of root.fields()) if (key.startsWith(prefix)) collect(value, key.slice(prefix.length), records)
  }
  return describe(records, root.path)
}

module.exports = {
  name: 'trafficserver',
  what: 'Traffic Server records (records.config, records.yaml, traffic_ctl config get)',
  words: ['config', 'local'],
  accepts: (line) => line.includes('proxy.config.'),
  readText,
  matches: (root) => root.get('ts').isObject || root.get('records').isObject || (root.isObject && Object.keys(root.value).some((key) => key.startsWith(prefix))),
  readDocument
}
