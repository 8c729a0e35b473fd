'use strict'

// Caddy: the JSON of `caddy adapt` and of GET /config/, and the Caddyfile itself.

const { caddy: parseDuration, go } = require('./duration')
const { badValue } = require('./fail')
const { clientSide, notPooling, poolOwner } = require('./hop')
const { readCaddyfileBlocks } = require('./blocks')
const { depthMax } = require('./limits')

/** `settings`: { keepalive: text or number or undefined, off, partial }. */
function describe (name, where, { idle, off, partial }, notes) {
  if (off) return notPooling('caddy', { name, where, notes: ['keepalive is off', ...notes] })
  if (idle === 0 || (idle === undefined && partial)) {
    return poolOwner('caddy', { name, where, idle: 'unbounded', key: idle === 0 ? 'the idle timeout is 0' : 'keep_alive is set without its idle_timeout, which drops the default', notes })
  }
  return poolOwner('caddy', { name, where, idle, key: 'the transport\'s keepalive', notes })
}

function readProxy (handler, notes, count) {
  const transport = handler.get('transport')
  const protocol = transport.get('protocol').value
  if (protocol !== undefined && protocol !== 'http' && protocol !== 'http_ntlm') return []
  const keepAlive = transport.get('keep_alive')
  const idle = keepAlive.get('idle_timeout')
  const dial = handler.get('upstreams').isArray ? handler.get('upstreams', 0, 'dial').value : undefined
  return [describe(`reverse_proxy ${typeof dial === 'string' ? dial : count}`, idle.exists ? idle.path : handler.path, {
    idle: idle.duration(parseDuration),
    off: keepAlive.get('enabled').flag() === false,
    partial: keepAlive.isObject
  }, notes)]
}

/** Every handler below `at`: routes lie in routes, subroutes and error routes. */
function findProxies (at, notes, hops) {
  if (at.get('handler').value === 'reverse_proxy') hops.push(...readProxy(at, notes, hops.length + 1))
  else if (at.isArray) for (const item of at.items()) findProxies(item, notes, hops)
  else if (at.isObject) for (const [, value] of at.fields()) if (value.isObject || value.isArray) findProxies(value, notes, hops)
}

function readDocument (root) {
  const hops = []
  const http = root.get('apps', 'http')
  for (const [, server] of http.get('servers').fields()) {
    const notes = ['idle_timeout', 'keepalive_interval'].filter((key) => server.has(key)).map((key) => clientSide(`${key} of the server`, server.get(key).path))
    findProxies(server, notes, hops)
  }
  return hops
}

class Caddyfile {
  constructor (statements) {
    this.snippets = new Map(statements.filter(({ words, children }) => children !== null && words.length === 1 && /^\(.{1,200}\)$/.test(words[0])).map(({ words, children }) => [words[0].slice(1, -1), children]))
    this.hops = []
    this.notes = []
    this.budget = 100000
  }

  /** The statements of a block, with imported snippets in their places. */
  * expand (statements, depth = 0) {
    for (const statement of statements) {
      if (--this.budget < 0) throw badValue(statement.where, 'snippets that do not import each other without end', 'more than 100000 statements')
      const snippet = statement.words[0] === 'import' && depth < 20 ? this.snippets.get(statement.words[1]) : undefined
      if (snippet === undefined) yield statement
      else yield * this.expand(snippet, depth + 1)
    }
  }

  walk (statements, depth = 0) {
    this.checkDepth(depth, statements)
    for (const { words, children, where } of this.expand(statements)) {
      if (words[0] === 'reverse_proxy') this.proxy(words, children ?? [], where)
      else if (words[0] === 'servers' && children !== null) this.clientSide(children, depth + 1)
      else if (children !== null && !(words.length === 1 && words[0].startsWith('('))) this.walk(children, depth + 1)
    }
  }

  /** A snippet that imports itself inside a block is nested without an end. */
  checkDepth (depth, [first]) {
    if (depth > depthMax) throw badValue(first?.where, 'snippets that do not import each other without end', `blocks nested more than ${depthMax} deep`)
  }

  clientSide (statements, depth) {
    this.checkDepth(depth, statements)
    for (const { words, children, where } of this.expand(statements)) {
      if (words[0] === 'idle' || words[0] === 'keepalive_interval') this.notes.push(clientSide(`${words[0]} ${words[1] ?? ''} of servers`, where))
      if (children !== null) this.clientSide(children, depth + 1)
    }
  }

  proxy (words, statements, where) {
    const settings = { idle: undefined, off: false, partial: false }
    let at = where
    for (const statement of this.expand(statements)) {
      if (statement.words[0] !== 'transport') continue
      if (statement.words[1] !== 'http' && statement.words[1] !== 'http_ntlm') return
      for (const { words, where } of this.expand(statement.children ?? [])) {
        if (words[0] === 'keepalive') {
          at = where
          settings.off = words[1] === 'off'
          settings.idle = settings.off ? undefined : go(words[1] ?? '')
          if (settings.idle === null) throw badValue(where, `keepalive with ${go.expected}, or off`, words[1])
        } else if (words[0]?.startsWith('keepalive_')) { // a bare { has no word
          settings.partial = true
        }
      }
    }
    const target = words.slice(1).find((word) => !/^[@/*]/.test(word))
    this.hops.push([`reverse_proxy ${target ?? this.hops.length + 1}`, at, settings])
  }
}

function readText (text, { file }) {
  const statements = readCaddyfileBlocks(text, file)
  const caddyfile = new Caddyfile(statements)
  caddyfile.walk(statements)
  return caddyfile.hops.map((hop) => describe(...hop, caddyfile.notes.slice(0, 3)))
}

module.exports = {
  name: 'caddy',
  what: 'caddy adapt, or a Caddyfile',
  words: ['reverse_proxy', 'transport', 'root', 'file_server', 'encode', 'handle', 'handle_path', 'tls', 'php_fastcgi', 'respond', 'redir', 'admin', 'auto_https', 'servers', 'log', 'import', 'email', 'header', 'order', 'lb_policy', 'header_up'],
  accepts: (line) => !line.endsWith(';'),
  readText,
  matches: (root) => root.get('apps').isObject && (root.get('apps', 'http').isObject || root.has('admin') || root.get('apps', 'tls').isObject),
  readDocument
}
