'use strict'

// nginx.conf and `nginx -T`. Whether an upstream{} pools depends on the version, `keepalive`,
// and on the proxy_http_version and Connection header of those who proxy to it.

const { readNginxBlocks } = require('./blocks')
const { badValue, tooBig } = require('./fail')
const { nginx: parseTime, MINUTE } = require('./duration')
const { clientSide, l4, notPooling, poolOwner } = require('./hop')
const { resolveIncludes } = require('./nginx-include')
const { statementsMax } = require('./limits')

// 1.29.7: `keepalive 32 local` and HTTP/1.1 became the defaults of an upstream{}
const POOLS_BY_DEFAULT = [1, 29, 7]
// 1.15.3: keepalive_timeout of upstream{}; before it, an idle connection was kept for ever
const HAS_IDLE_TIMEOUT = [1, 15, 3]

const ANY_HOST = '$'

/** "nginx version: nginx/1.22.1" of `nginx -V`, where it was joined to the dump. */
function findVersion (text) {
  const match = /(?:^|\n)[# ]*nginx version: (?:nginx|openresty|tengine)\/(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?:\.\d{1,5})?( \(nginx-plus[^)\n]{0,40}\))?/.exec(text)
  return match === null ? null : { numbers: match.slice(1, 4).map(Number), text: match.slice(1, 4).join('.'), plus: match[4] !== undefined }
}

/** The text without what nginx itself says beside a dump (-T 2>&1, -V); lines keep their numbers. */
function dropRemarks (text) {
  return text.replace(/^(?:nginx: |nginx version: |built by |built with |TLS SNI support |configure arguments: ).*$/gm, '')
}

function isBefore (version, limit) {
  const at = [0, 1, 2].find((i) => version.numbers[i] !== limit[i])
  return at !== undefined && version.numbers[at] < limit[at]
}

function last (statements, name) {
  return statements.findLast(({ words }) => words[0] === name)
}

function readTime (statement) {
  const ms = parseTime(statement.words[1] ?? '')
  if (ms === null) throw badValue(statement.where, `${statement.words[0]} with ${parseTime.expected}`, statement.words[1])
  return ms
}

function readUpstream (block) {
  const keepalive = last(block.children, 'keepalive')
  if (keepalive !== undefined && !/^\d{1,9}$/.test(keepalive.words[1] ?? '')) {
    throw badValue(keepalive.where, 'keepalive with a number of connections', keepalive.words[1])
  }
  return {
    name: block.words[1] ?? '',
    where: block.where,
    connections: keepalive === undefined ? null : Number(keepalive.words[1]),
    keepalive,
    timeout: last(block.children, 'keepalive_timeout')
  }
}

/** What `map $source $name { ... }` makes of a request without the header that it asks for. */
function readMaps (statements) {
  const maps = new Map()
  for (const { words, children } of statements) {
    if (words[0] !== 'map' || children === null || words.length < 3) continue
    const fallback = children.find((row) => row.words[0] === 'default')
    // $http_upgrade of a usual request is empty
    const empty = words[1].startsWith('$http_') ? children.find((row) => row.words[0] === '') : undefined
    maps.set(words[2], (empty ?? fallback)?.words[1] ?? '')
  }
  return maps
}

class Scan {
  constructor () {
    this.upstreams = new Map()
    this.users = []
    this.clientNotes = []
    this.count = 0
  }

  /** `inherited`: proxy_http_version and the Connection header of the blocks around. */
  walk (statements, inherited) {
    const headers = statements.filter(({ words }) => words[0] === 'proxy_set_header')
    const here = {
      version: last(statements, 'proxy_http_version') ?? inherited.version,
      // proxy_set_header is inherited only where the block has none of its own
      connection: headers.length > 0 ? headers.findLast(({ words }) => words[1]?.toLowerCase() === 'connection') : inherited.connection
    }
    for (const statement of statements) {
      if (++this.count > statementsMax) throw tooBig(`the metadata holds more than ${statementsMax} statements`)
      const { words, children, where } = statement
      if (words[0] === 'keepalive_timeout') this.clientNotes.push(clientSide(`keepalive_timeout ${words[1] ?? ''}`, where))
      else if (words[0] === 'proxy_pass' && words.length > 1) this.addUser(words[1], statement, here)
      else if (words[0] === 'upstream' && children !== null) this.upstreams.set(words[1] ?? '', readUpstream(statement))
      else if (children !== null && words[0] !== 'map' && words[0] !== 'stream') this.walk(children, here)
    }
  }

  addUser (target, { where }, { version, connection }) {
    const scheme = target.indexOf('://')
    const rest = scheme === -1 ? target : target.slice(scheme + 3)
    let end = 0
    while (end < rest.length && rest[end] !== '/' && rest[end] !== '?') end++
    this.users.push({ host: rest.slice(0, end), where, version: version?.words[1], connection })
  }
}

/** Why a proxy_pass does not keep its connection, or null where it does. */
function whyCloses (user, maps, newDefaults) {
  const version = user.version ?? (newDefaults ? '1.1' : '1.0')
  const given = user.connection?.words[2]
  const value = (given === undefined ? (newDefaults ? '' : 'close') : maps.get(given) ?? given).toLowerCase()
  const tokens = value.split(',').map((token) => token.trim())
  const said = given === undefined ? '"Connection: close", the default' : `"Connection: ${value}" (${user.connection.where})`
  if (version === '1.0' && !tokens.includes('keep-alive')) return `proxy_pass (${user.where}) speaks HTTP/1.0${user.version === undefined ? ', the default: proxy_http_version 1.1 is missing' : ''}`
  if (tokens.includes('close')) return `proxy_pass (${user.where}) sends ${said}`
  return null
}

function describeUpstream (upstream, users, { version, newDefaults, maps, clientNotes, id }) {
  const name = `upstream ${upstream.name}`
  const at = upstream.timeout ?? upstream.keepalive ?? upstream
  const base = { name, where: at.where }
  if (upstream.connections === 0) {
    return notPooling(id, { ...base, where: upstream.keepalive.where, notes: ['keepalive 0 turns the pool off', ...clientNotes] })
  }
  if (upstream.connections === null && !newDefaults) {
    const doubt = version === null ? ' (nginx 1.29.7 and later pool without it: join the output of nginx -v to have that decided)' : ` and nginx ${version.text} pools only with it`
    return notPooling(id, { ...base, where: upstream.where, notes: [`upstream{} has no keepalive${doubt}`, ...clientNotes] })
  }
  const reasons = users.map((user) => whyCloses(user, maps, newDefaults))
  if (reasons.length > 0 && reasons.every((reason) => reason !== null)) {
    return notPooling(id, { ...base, notes: [reasons[0], ...clientNotes] })
  }
  const notes = [users.length === 0 ? 'no proxy_pass to it is in this text' : `used by proxy_pass (${users[reasons.indexOf(null)].where})`, ...clientNotes]
  if (version !== null && isBefore(version, HAS_IDLE_TIMEOUT)) {
    return poolOwner(id, { ...base, idle: 'unbounded', key: `nginx ${version.text} has no keepalive_timeout in upstream{}`, notes })
  }
  const idle = upstream.timeout === undefined ? undefined : readTime(upstream.timeout)
  if (idle === 0) return notPooling(id, { ...base, notes: ['keepalive_timeout 0 of upstream{} keeps no connection', ...notes] })
  return poolOwner(id, { ...base, idle, key: 'keepalive_timeout of upstream{}', notes })
}

function readStream (block) {
  const servers = block.children.filter(({ words, children }) => words[0] === 'server' && children !== null)
  const outer = last(block.children, 'proxy_timeout')
  return servers.filter(({ children }) => last(children, 'proxy_pass') !== undefined).map((server) => {
    const timeout = last(server.children, 'proxy_timeout') ?? outer
    const pass = last(server.children, 'proxy_pass')
    // ngx_stream_proxy_module: proxy_timeout defaults to 10m
    return l4('nginx', { name: `stream server to ${pass.words[1] ?? ''}`, where: (timeout ?? pass).where, idle: timeout === undefined ? 10 * MINUTE : readTime(timeout), key: timeout === undefined ? 'the default proxy_timeout of stream{}' : 'proxy_timeout of stream{}' })
  })
}

function read (text, { file }) {
  const version = findVersion(text)
  const root = resolveIncludes(readNginxBlocks(dropRemarks(text), file))
  const scan = new Scan()
  scan.walk(root, {})
  const elsewhere = findOtherPasses(root, new Set())
  const byHost = new Map()
  for (const user of scan.users) {
    const host = user.host.includes('$') ? ANY_HOST : user.host
    if (!byHost.has(host)) byHost.set(host, [])
    byHost.get(host).push(user)
  }
  // an upstream{} of fastcgi_pass and its like speaks another protocol
  const all = [...scan.upstreams.values()].filter(({ name }) => byHost.has(name) || !elsewhere.has(name))
  const fixed = scan.users.filter(({ host }) => !scan.upstreams.has(host) && (!host.includes('$') || all.length === 0))
  const base = version?.plus ? 'nginx-plus' : 'nginx'
  const http = root.find(({ words }) => words[0] === 'http')?.children ?? root
  const maps = readMaps([...root, ...http])
  // a variable may name any of them: one that keeps its connection counts for all
  const variable = byHost.get(ANY_HOST) ?? []
  const newDefaults = version !== null && !isBefore(version, POOLS_BY_DEFAULT)
  const anyUser = variable.find((user) => whyCloses(user, maps, newDefaults) === null) ?? variable[0]
  const hops = all.map((upstream) => describeUpstream(upstream, [...(byHost.get(upstream.name) ?? []), anyUser].filter(Boolean), {
    version, newDefaults, maps, clientNotes: scan.clientNotes.slice(0, 3), id: upstream.name === 'upstream_balancer' ? 'ingress-nginx' : base
  }))
  for (const { host, where } of fixed) {
    hops.push(notPooling(base, { name: `proxy_pass to ${host}`, where, notes: ['proxy_pass to an address without an upstream{} opens a connection per request', ...scan.clientNotes.slice(0, 3)] }))
  }
  for (const block of root) if (block.words[0] === 'stream' && block.children !== null) hops.push(...readStream(block))
  return hops
}

/** The names that fastcgi_pass, uwsgi_pass, grpc_pass ... go to: those upstream{} serve another protocol. */
function findOtherPasses (statements, names) {
  for (const { words, children } of statements) {
    if (words.length > 1 && words[0].endsWith('_pass') && words[0] !== 'proxy_pass') names.add(words[1].slice(words[1].indexOf('//') === -1 ? 0 : words[1].indexOf('//') + 2))
    if (children !== null) findOtherPasses(children, names)
  }
  return names
}

module.exports = {
  name: 'nginx',
  what: 'nginx -T, or nginx.conf with its includes joined',
  words: ['http', 'upstream', 'location', 'events', 'worker_processes', 'worker_connections', 'proxy_pass', 'proxy_set_header', 'proxy_http_version', 'server_name', 'listen', 'sendfile', 'keepalive', 'keepalive_timeout', 'error_log', 'access_log', 'include', 'map', 'user', 'pid', 'nginx', 'stream', 'load_module', 'types', 'proxy_redirect', 'proxy_read_timeout'],
  // "server {" and "server 127.0.0.1:8080;"
  accepts: (line) => line.endsWith(';') || line.endsWith('{') || line.endsWith('}'),
  readText: read
}
