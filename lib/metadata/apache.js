'use strict'

// Apache httpd: ProxyPass, ProxyPassMatch, BalancerMember and ProxySet. `ttl` is how old an
// idle connection may be to be used again; without it there is no limit. timeout=,
// connectiontimeout= and retry= are other things, and keepalive=On is TCP's.

const { badValue } = require('./fail')
const { seconds } = require('./duration')
const { clientSide, notPooling, poolOwner } = require('./hop')
const { readLines } = require('./lines')

const proxied = ['http:', 'https:', 'h2:', 'h2c:', 'unix:']

function isProxied (url) {
  return proxied.some((scheme) => url.toLowerCase().startsWith(scheme))
}

/** A worker is known by its URL; a slash at its end makes no other one. */
function workerKey (url) {
  return url.endsWith('/') ? url.slice(0, -1) : url
}

function isOn (value) {
  return value.toLowerCase() === 'on'
}

class Scan {
  constructor () {
    this.workers = new Map()
    this.clientNotes = []
    this.prefork = null
  }

  worker (url, where) {
    const key = workerKey(url)
    if (!this.workers.has(key)) this.workers.set(key, { url: key, where, params: new Map(), used: false, scope: [] })
    return this.workers.get(key)
  }

  setParams (worker, words, where) {
    for (const word of words) {
      const equals = word.indexOf('=')
      if (equals < 1) continue
      const name = word.slice(0, equals).toLowerCase()
      // the first ProxyPass of a worker decides
      if (!worker.params.has(name)) worker.params.set(name, { value: word.slice(equals + 1), where })
    }
  }

  /** `scope`: the sections around, outermost first, each { kind, arg, env }. */
  use (url, params, where, scope) {
    if (!isProxied(url)) return
    const worker = this.worker(url, where)
    worker.used = true
    worker.scope = scope
    if (url.includes('$')) {
      const authority = url.slice(url.indexOf('://') + 3).split('/')[0]
      worker.variable = authority.includes('$')
    }
    this.setParams(worker, params, where)
  }

  statement ({ words, where }, scope) {
    const name = words[0].toLowerCase()
    const section = scope.at(-1)
    const inProxy = scope.findLast(({ kind }) => kind === 'proxy' || kind === 'proxymatch')
    const inLocation = scope.some(({ kind }) => kind === 'location' || kind === 'locationmatch')
    if (name === 'proxypass' || name === 'proxypassmatch') {
      // inside <Location> the path is the location's
      const at = inLocation ? 1 : 2
      if (words[at] !== undefined && words[at] !== '!') this.use(words[at], words.slice(at + 1), where, [...scope])
    } else if (name === 'balancermember') {
      const at = inProxy !== undefined && !(words[1] ?? '').startsWith('balancer:') ? 1 : 2
      if (words[at] !== undefined) this.use(words[at], words.slice(at + 1), where, [...scope])
    } else if (name === 'proxyset') {
      const url = inProxy !== undefined && (words[1] ?? '').includes('=') ? inProxy.arg : words[1] ?? ''
      if (isProxied(url)) this.setParams(this.worker(url, where), words.slice(1), where)
    } else if (name === 'setenv' && ['proxy-nokeepalive', 'force-proxy-request-1.0'].includes(words[1]) && words[2] !== '0') {
      // SetEnv of any value turns it on
      section.env = { name: words[1], where }
    } else if (name === 'keepalivetimeout') {
      this.clientNotes.push(clientSide(`KeepAliveTimeout ${words[1] ?? ''}`, where))
    } else if (name === 'loadmodule' && words[1] === 'mpm_prefork_module') {
      this.prefork = where
    }
  }
}

function readSections (text, file) {
  const scan = new Scan()
  const scope = [{ kind: 'server', arg: '', env: null }]
  for (const line of readLines(text, file, { continued: true })) {
    const first = line.words[0]
    if (first.startsWith('</')) {
      if (scope.length > 1) scope.pop()
    } else if (first.startsWith('<')) {
      const words = line.words.map((word, index) => index === line.words.length - 1 && word.endsWith('>') ? word.slice(0, -1) : word)
      // conditions do not make a scope of their own, but a nesting
      if (scope.length < 100) scope.push({ kind: words[0].slice(1).toLowerCase(), arg: words[1] ?? '', env: null })
      const arg = words[1] ?? ''
      if (words[0].toLowerCase() === '<proxy' && isProxied(arg) && !arg.includes('*')) scan.worker(arg, line.where)
    } else {
      scan.statement(line, scope)
    }
  }
  return scan
}

function describe (worker, scan) {
  const { params, where, url, scope } = worker
  const base = { name: `worker ${url}`, where }
  const notes = [...['timeout', 'connectiontimeout', 'retry'].filter((key) => params.has(key)).map((key) => `${key}= (${params.get(key).where}) is no idle timeout`), ...scan.clientNotes.slice(0, 3)]
  const reuse = params.get('enablereuse')
  const disabled = params.get('disablereuse')
  if (disabled !== undefined && isOn(disabled.value)) return notPooling('apache-httpd', { ...base, where: disabled.where, notes: ['disablereuse=On', ...notes] })
  if (reuse !== undefined && !isOn(reuse.value)) return notPooling('apache-httpd', { ...base, where: reuse.where, notes: ['enablereuse=Off', ...notes] })
  if (worker.variable && reuse === undefined) return notPooling('apache-httpd', { ...base, notes: ['an address with a substitution ($1) is not pooled unless enablereuse=On', ...notes] })
  const env = scope.findLast((section) => section.env)?.env
  if (env) return notPooling('apache-httpd', { ...base, where: env.where, notes: [`SetEnv ${env.name} (${env.where})`, ...notes] })
  const ttl = params.get('ttl')
  if (ttl === undefined) return poolOwner('apache-httpd', { ...base, idle: 'unbounded', key: 'ttl= is not set', notes })
  const ms = seconds(ttl.value)
  if (ms === null || ms === 0) throw badValue(ttl.where, 'ttl= with a whole number of seconds from 1', ttl.value)
  if (scan.prefork !== null) return poolOwner('apache-httpd', { ...base, idle: 'unbounded', where: ttl.where, key: `ttl= has no effect with the prefork MPM (${scan.prefork})`, notes })
  return poolOwner('apache-httpd', { ...base, idle: ms, where: ttl.where, key: 'ttl=', notes: ['it is looked at when the connection would be used again', ...notes] })
}

module.exports = {
  name: 'apache',
  what: "Apache httpd's configuration (ProxyPass, <Proxy>)",
  words: ['proxypass', 'proxypassreverse', 'proxypassmatch', 'proxypreservehost', 'loadmodule', 'servername', 'serverroot', 'documentroot', 'serveradmin', 'customlog', 'errorlog', 'includeoptional', '<virtualhost', '<proxy', '<location', '<directory', '<ifmodule', 'balancermember', 'proxyset', 'keepalivetimeout', 'keepalive', 'setenv', 'listen', 'rewriterule', 'rewriteengine', 'requestheader'],
  readText (text, { file }) {
    const scan = readSections(text, file)
    return [...scan.workers.values()].filter(({ used }) => used).map((worker) => describe(worker, scan))
  }
}
