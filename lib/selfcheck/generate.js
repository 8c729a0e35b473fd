'use strict'

// Random servers and random lives of connections, from a seed. Times are scaled down: limits
// of 50 to 1500 ms, a check every 20 to 200 ms, a connection's script within about 2.5 s.

const { createRandom } = require('./random')

// A batch is one process of the Node under test. Everything that happens in it is over by then.
const batchMs = 4000
const scriptMs = 2400
const lastStartMs = 600
const timelinesPerServer = 16

// What a server may hold that its writer did not mean. Node's own ways with them are part of
// the model (conn.c, derive_idle and derive_limits).
const oddIdle = [NaN, Infinity, -500, -1500, 0.4, 400.9]
const oddLimit = [NaN, Infinity, -1, -1, 500.7, 4294967296 + 400]
const oddBuffer = [NaN, Infinity, -1, 250.5]

function makeSettings (random) {
  const settings = {
    keepAliveTimeout: random.chance(0.12) ? 0 : random.between(50, 1200),
    headersTimeout: random.chance(0.15) ? 0 : random.between(60, 1300),
    requestTimeout: random.chance(0.15) ? 0 : random.between(100, 1500),
    timeout: random.chance(0.65) ? 0 : random.between(150, 1500),
    connectionsCheckingInterval: random.between(20, 200),
    maxRequestsPerSocket: random.chance(0.85) ? 0 : random.between(1, 3)
  }
  if (random.chance(0.5)) settings.keepAliveTimeoutBuffer = random.pick([0, 50, 120, 300, 700])
  if (random.chance(0.06)) settings.keepAliveTimeout = random.pick(oddIdle)
  if (random.chance(0.06)) settings.keepAliveTimeoutBuffer = random.pick(oddBuffer)
  if (random.chance(0.1)) settings.headersTimeout = random.pick(oddLimit)
  if (random.chance(0.1)) settings.requestTimeout = random.pick(oddLimit)
  // the record tells the two timers of a socket apart by their durations
  const idle = settings.keepAliveTimeout
  while (settings.timeout > 0 && [0, 1000, settings.keepAliveTimeoutBuffer].some((buffer) => idle + buffer === settings.timeout)) settings.timeout++
  return settings
}

function request ({ method = 'GET', wait = 0, head, reads, close, connection, upgrade, body = 0, version = '1.1' }) {
  const query = [`w=${wait}`, head === undefined ? '' : `h=${head}`, reads ? 'b=1' : '', close ? 'c=1' : ''].filter(Boolean).join('&')
  const lines = [`${method} /?${query} HTTP/${version}`, 'Host: a']
  if (connection) lines.push(`Connection: ${connection}`)
  if (upgrade) lines.push('Connection: Upgrade', 'Upgrade: x')
  if (body > 0) lines.push(`Content-Length: ${body}`)
  return { head: lines.join('\r\n') + '\r\n\r\n', body: 'b'.repeat(body) }
}

// Each move appends steps { atMs, send } to a script from `atMs` on and returns the time
// of its end; null ends the script.
const moves = {
  plain (random, at, add) {
    const { head } = request({ wait: random.pick([0, 0, 1, 20, 150, 500]) })
    add(at, head)
    return at
  },
  slow (random, at, add) {
    const wait = random.between(200, 1200)
    add(at, request({ wait, head: random.chance(0.4) ? random.between(0, wait) : undefined }).head)
    return at
  },
  halfHeader (random, at, add) {
    const { head } = request({ wait: random.pick([0, 30]) })
    const parts = random.between(2, 4)
    const size = Math.ceil(head.length / parts)
    const sent = random.chance(0.4) ? random.between(1, parts - 1) : parts
    for (let i = 0; i < sent; i++) {
      add(at, head.slice(i * size, (i + 1) * size))
      at += random.between(20, 600)
    }
    return sent < parts ? null : at
  },
  body (random, at, add) {
    const size = random.between(10, 200)
    const { head, body } = request({ method: 'POST', body: size, reads: true, wait: random.pick([0, 0, 40]) })
    const first = random.chance(0.5) ? 0 : random.between(1, size - 1)
    add(at, head + body.slice(0, first))
    return dribble(random, at, add, body.slice(first))
  },
  // the answer is finished before the request is read
  early (random, at, add) {
    const size = random.between(10, 200)
    const { head, body } = request({ method: 'POST', body: size, wait: random.pick([0, 0, 10, 200]) })
    const first = random.pick([0, random.between(1, size - 1), size])
    add(at, head + body.slice(0, first))
    return dribble(random, at, add, body.slice(first))
  },
  // an answer whose head is out when the body's time runs out
  streamed (random, at, add) {
    const size = random.between(10, 60)
    const { head, body } = request({ method: 'POST', body: size, wait: random.between(600, 1500), head: random.between(0, 100) })
    add(at, head + body.slice(0, 3))
    return random.chance(0.5) ? null : dribble(random, at, add, body.slice(3))
  },
  pipelined (random, at, add) {
    const count = random.between(2, 4)
    let text = ''
    for (let i = 0; i < count; i++) text += request({ wait: random.pick([0, 10, 100, 400]) }).head
    if (random.chance(0.3)) text += 'GET / HT'
    add(at, text)
    return text.endsWith('GET / HT') ? null : at
  },
  blank (random, at, add) {
    add(at, random.pick(['\r\n', '\r\n\r\n', '\n', '\r\n']))
    return at
  },
  stray (random, at, add) {
    add(at, random.pick(['G', 'PO', 'GET /']))
    return null
  },
  closing (random, at, add) {
    add(at, random.pick([
      request({ connection: 'close', wait: random.pick([0, 100]) }),
      request({ close: true, wait: random.pick([0, 100]) }),
      request({ version: '1.0' })
    ]).head)
    return null
  },
  upgrade (random, at, add) {
    add(at, request({ upgrade: true }).head)
    return null
  },
  fin (random, at, add) {
    add(at, null)
    return null
  }
}

/** Sends the rest of a body in pieces, or not all of it. */
function dribble (random, at, add, rest) {
  let pieces = random.between(0, 3)
  while (rest !== '' && pieces-- > 0) {
    at += random.between(20, 600)
    const size = pieces === 0 && random.chance(0.7) ? rest.length : random.between(1, rest.length)
    add(at, rest.slice(0, size))
    rest = rest.slice(size)
  }
  return rest === '' ? at : null
}

const weights = {
  plain: 10, slow: 3, halfHeader: 5, body: 4, early: 5, streamed: 1, pipelined: 3, blank: 4, stray: 3, closing: 1, upgrade: 1, fin: 1
}
const bag = Object.keys(weights).flatMap((name) => Array(weights[name]).fill(name))

function makeScript (random) {
  const steps = []
  const names = []
  if (random.chance(0.06)) return { steps, names: ['silent'] }
  let at = random.chance(0.4) ? 0 : random.between(1, 700)
  let atMost = random.between(1, 5)
  while (at !== null && at < scriptMs && atMost-- > 0) {
    const name = random.pick(bag)
    names.push(name)
    at = moves[name](random, at, (atMs, send) => steps.push({ atMs, send }))
    if (at !== null) at += random.chance(0.15) ? 0 : random.between(5, 900)
  }
  return { steps: steps.filter((step) => step.atMs < scriptMs), names }
}

// Each of them once, one per server.
const odds = [
  ...oddIdle.map((value) => ({ keepAliveTimeout: value })), ...oddBuffer.map((value) => ({ keepAliveTimeoutBuffer: value })),
  ...oddLimit.map((value) => ({ headersTimeout: value })), ...oddLimit.map((value) => ({ requestTimeout: value }))
]

/** A batch like any other, but with all odd values in it. */
function makeOddBatch (seed, count) {
  const batch = makeBatch(seed, count)
  batch.servers = odds.map((odd) => ({ settings: { ...makeSettings(createRandom(seed)), ...odd }, closeMs: null }))
  batch.timelines.forEach((timeline, index) => { timeline.server = index % odds.length })
  return batch
}

/**
 * One batch: servers and the timelines on them. About one batch in four stalls the event
 * loop, which all of its connections feel.
 */
function makeBatch (seed, count) {
  const random = createRandom(seed)
  const servers = []
  const timelines = []
  while (timelines.length < count) {
    const server = { settings: makeSettings(random), closeMs: random.chance(0.08) ? random.between(600, 1800) : null }
    const index = servers.push(server) - 1
    for (let i = 0; i < timelinesPerServer && timelines.length < count; i++) {
      timelines.push({ server: index, startMs: random.between(0, lastStartMs), ...makeScript(random) })
    }
  }
  const stalls = []
  if (random.chance(0.25)) {
    let at = random.between(300, 900)
    for (let i = random.between(1, 3); i > 0; i--) {
      stalls.push({ atMs: at, forMs: random.between(60, 350) })
      at += random.between(500, 1200)
    }
  }
  const samples = Array.from({ length: 6 }, () => random.between(200, batchMs - 500))
  return { seed, batchMs, servers, timelines, stalls, samples }
}

module.exports = { makeBatch, makeOddBatch }
