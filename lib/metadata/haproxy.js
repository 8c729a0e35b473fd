'use strict'

// haproxy.cfg. An idle connection to a server has no timer: `timeout server`, `timeout
// http-keep-alive` and pool-purge-delay are something else. What can be told is which
// backends keep no connection at all, and which tie it to the client's (http-reuse never).

const { badValue } = require('./fail')
const { haproxy: parseTime } = require('./duration')
const { clientSide, l4, notPooling, poolOwner } = require('./hop')
const { readLines } = require('./lines')

const sectionWords = new Set(['global', 'defaults', 'frontend', 'backend', 'listen', 'peers', 'resolvers', 'userlist', 'mailers', 'program', 'http-errors', 'ring', 'cache', 'fcgi-app', 'log-forward', 'crt-store', 'traces', 'acme'])

// the timeouts that say something here, or are mistaken for it
const timeoutsSeen = new Set(['client', 'server', 'http-keep-alive', 'http-request'])

function newSection (kind, name, where, parent) {
  return { kind, name, where, mode: parent?.mode, reuse: parent?.reuse, close: parent?.close, serverDefaults: { ...parent?.serverDefaults }, servers: [], timeouts: { ...parent?.timeouts } }
}

function readTime (words, at, where) {
  const ms = parseTime(words[at] ?? '')
  if (ms === null) throw badValue(where, `${words.slice(0, at).join(' ')} with ${parseTime.expected}`, words[at])
  return ms
}

/** pool-max-conn and pool-purge-delay of a server or default-server line. */
function readServer (words, where, defaults) {
  const server = { ...defaults }
  for (let i = 1; i < words.length; i++) {
    if (words[i] === 'pool-max-conn') {
      if (!/^-?\d{1,9}$/.test(words[i + 1] ?? '')) throw badValue(where, 'pool-max-conn with a number', words[i + 1])
      server.poolMax = { value: Number(words[++i]), where }
    } else if (words[i] === 'pool-purge-delay') {
      server.purge = { value: readTime(words, i + 1, where), where }
    }
  }
  return server
}

function readOption (section, words, where) {
  const off = words[0] === 'no'
  const name = words[off ? 2 : 1]
  if (name === 'http-server-close' || name === 'httpclose') {
    if (!off) section.close = { name, where }
    else if (section.close?.name === name) section.close = undefined
  } else if (name === 'http-keep-alive' && !off) {
    section.close = undefined
  }
}

function readStatement (section, words, where) {
  if (words[0] === 'mode') section.mode = words[1]
  else if (words[0] === 'http-reuse') section.reuse = { value: words[1], where }
  else if (words[0] === 'option' || (words[0] === 'no' && words[1] === 'option')) readOption(section, words, where)
  else if (words[0] === 'timeout' && timeoutsSeen.has(words[1])) section.timeouts[words[1]] = { ms: readTime(words, 2, where), where }
  else if (words[0] === 'default-server') section.serverDefaults = readServer(words, where, section.serverDefaults)
  else if ((words[0] === 'server' || words[0] === 'server-template') && section.kind !== 'peers') section.servers.push({ ...readServer(words, where, section.serverDefaults), where })
}

function readSections (text, file) {
  const sections = []
  const named = new Map()
  let defaults
  let section = null
  for (const { words, where } of readLines(text, file)) {
    if (sectionWords.has(words[0]) && !(words[0] === 'cache' && section?.kind === 'backend')) {
      const from = words.indexOf('from')
      const parent = from > 0 ? named.get(words[from + 1]) : defaults
      section = newSection(words[0], from === 1 ? '' : words[1] ?? '', where, words[0] === 'defaults' && from < 0 ? undefined : parent)
      if (section.kind === 'defaults') {
        defaults = section
        named.set(section.name, section)
      } else {
        sections.push(section)
      }
    } else if (section !== null) {
      readStatement(section, words, where)
    }
  }
  return sections
}

/** The line that makes the server keep no idle connection, or null where one may be kept. */
function findPoolOff ({ poolMax, purge }) {
  if (poolMax?.value === 0) return { text: 'pool-max-conn 0', where: poolMax.where }
  if (purge?.value === 0) return { text: 'pool-purge-delay 0', where: purge.where }
  return null
}

/** How long a client's idle session lives, and with it the connection that it alone may use. */
function sessionTimeout (sections) {
  const all = sections.filter(({ kind }) => kind === 'frontend' || kind === 'listen').map(({ timeouts }) => timeouts['http-keep-alive'] ?? timeouts['http-request'] ?? timeouts.client)
  return all.length === 0 || all.includes(undefined) ? undefined : all.reduce((longest, timeout) => timeout.ms > longest.ms ? timeout : longest)
}

function describe (section, { everySession, isWhole }) {
  const { name, timeouts, servers } = section
  const base = { name: `${section.kind} ${name}`, where: servers[0].where }
  const seen = ['http-keep-alive', 'client', 'server'].filter((key) => timeouts[key] !== undefined)
  const notes = seen.map((key) => key === 'server'
    ? `timeout server (${timeouts[key].where}) limits an answer and ends no idle connection`
    : clientSide(`timeout ${key}`, timeouts[key].where))
  if (section.mode === 'tcp' || (section.mode === undefined && isWhole)) {
    const flow = [timeouts.client, timeouts.server].filter(Boolean).reduce((least, timeout) => least === undefined || timeout.ms < least.ms ? timeout : least, undefined)
    return l4('haproxy', { ...base, idle: flow?.ms, where: flow?.where ?? base.where, key: 'the shorter of timeout client and timeout server', notes: [section.mode === undefined ? 'no mode is set, and tcp is the default' : 'mode tcp'] })
  }
  if (section.close !== undefined) {
    return notPooling('haproxy', { ...base, where: section.close.where, notes: [`option ${section.close.name} closes the server's side after each answer`, ...notes] })
  }
  const off = servers.map(findPoolOff)
  if (!off.includes(null)) {
    return notPooling('haproxy', { ...base, where: off[0].where, notes: [`${off[0].text} keeps no idle connection`, ...notes] })
  }
  if (section.reuse?.value === 'never') {
    const session = section.kind === 'listen' ? sessionTimeout([section]) : everySession
    const why = 'http-reuse never ties each connection to one client\'s session: it idles as long as the client does'
    return poolOwner('haproxy', { ...base, where: session?.where ?? section.reuse.where, idle: session?.ms ?? 'unbounded', key: session === undefined ? 'http-reuse never' : "the client's idle timeout", notes: [why, ...notes.slice(-1)] })
  }
  return poolOwner('haproxy', { ...base, idle: 'unbounded', notes: ['pool-purge-delay thins the pool by load and is no idle timeout', ...notes] })
}

module.exports = {
  name: 'haproxy',
  what: 'haproxy.cfg',
  words: ['global', 'defaults', 'frontend', 'backend', 'listen', 'mode', 'timeout', 'option', 'balance', 'server', 'default-server', 'default_backend', 'use_backend', 'http-reuse', 'bind', 'maxconn', 'http-request', 'http-response', 'stats'],
  accepts: (line) => !line.endsWith(';') && !line.endsWith('{'),
  readText (text, { file }) {
    const sections = readSections(text, file)
    const everySession = sessionTimeout(sections)
    // of a backend that was cut out of its file the mode is not known, and HTTP is meant
    const isWhole = sections.some(({ kind }) => kind === 'frontend' || kind === 'listen')
    return sections.filter(({ kind, servers }) => (kind === 'backend' || kind === 'listen') && servers.length > 0).map((section) => describe(section, { everySession, isWhole }))
  }
}
