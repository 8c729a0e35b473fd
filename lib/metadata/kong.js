'use strict'

// kong.conf, the environment variables of the same names (KONG_...), and `GET /` of the Admin API.

const { badValue } = require('./fail')
const { nginx: parseTime, seconds } = require('./duration')
const { clientSide, notPooling, poolOwner } = require('./hop')
const { readLines } = require('./lines')

const idleKey = 'upstream_keepalive_idle_timeout'
const sizeKey = 'upstream_keepalive_pool_size'
// up to Kong 2.0: the pool was nginx's own
const oldIdleKey = 'nginx_upstream_keepalive_timeout'
const clientKeys = ['nginx_http_keepalive_timeout', 'nginx_proxy_keepalive_timeout']

function describe (found, where) {
  const notes = clientKeys.filter((key) => found.has(key)).map((key) => clientSide(key, found.get(key).where))
  const size = found.get(sizeKey)
  if (size !== undefined) {
    if (!/^\d{1,9}$/.test(String(size.value))) throw badValue(size.where, `${sizeKey} with a number of connections`, size.value)
    if (Number(size.value) === 0) return [notPooling('kong', { where: size.where, notes: [`${sizeKey} is 0`, ...notes] })]
  }
  const key = found.has(idleKey) || !found.has(oldIdleKey) ? idleKey : oldIdleKey
  const idle = found.get(key)
  if (idle === undefined) return [poolOwner('kong', { where, key, notes })]
  const parse = key === idleKey ? seconds : parseTime
  const ms = parse(idle.value)
  if (ms === null) throw badValue(idle.where, `${key} with ${parse.expected}`, idle.value)
  return [poolOwner('kong', { where: idle.where, idle: ms === 0 ? 'unbounded' : ms, key: ms === 0 ? `${key} is 0` : key, notes })]
}

function readText (text, { file }) {
  const found = new Map()
  for (const { text: line, where } of readLines(text, file)) {
    const equals = line.indexOf('=')
    if (equals === -1) continue
    let key = line.slice(0, equals).trim().toLowerCase()
    if (key.startsWith('export ')) key = key.slice(7).trim()
    const hash = line.indexOf('#', equals)
    const value = line.slice(equals + 1, hash === -1 ? undefined : hash).trim().replaceAll('"', '').replaceAll("'", '')
    found.set(key.startsWith('kong_') ? key.slice(5) : key, { value, where })
  }
  return describe(found, `${file}:1`)
}

module.exports = {
  name: 'kong',
  what: 'kong.conf, or the KONG_... environment',
  words: ['proxy_listen', 'admin_listen', 'admin_gui_listen', 'database', 'pg_host', 'pg_port', 'pg_user', 'pg_password', 'pg_database', 'prefix', 'plugins', 'declarative_config', 'proxy_access_log', 'proxy_error_log', 'admin_access_log', 'admin_error_log', 'trusted_ips', 'real_ip_header', 'status_listen', 'nginx_worker_processes', 'upstream_keepalive_idle_timeout', 'upstream_keepalive_pool_size', 'upstream_keepalive_max_requests', 'nginx_upstream_keepalive_timeout', 'nginx_http_keepalive_timeout', 'nginx_proxy_keepalive_timeout', 'kong_'],
  accepts: (line) => line.includes('='),
  readText,
  matches: (root) => root.get('configuration').isObject && (root.get('configuration').has(idleKey) || root.get('configuration').has('nginx_http_directives') || root.get('tagline').value === 'Welcome to kong'),
  readDocument (root) {
    const configuration = root.get('configuration')
    const found = new Map([idleKey, sizeKey, oldIdleKey, ...clientKeys].filter((key) => configuration.has(key)).map((key) => [key, { value: configuration.get(key).text(), where: configuration.get(key).path }]))
    return describe(found, root.path)
  }
}
