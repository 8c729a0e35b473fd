'use strict'

// Runs inside the Node under test (18 and later): real http servers, and beside them a record of
// what happened on each connection and when. It only listens: nothing that Node decides is
// changed by a hook. Times are ms of CLOCK_MONOTONIC, which is one clock for all processes.

const diagnostics = require('diagnostics_channel')
const http = require('http')
const { HTTPParser } = require('_http_common')

// The control: a timer of this period runs in the same loop all the time. When Node's own
// timer is late, the control must have been late too, or it was not the machine.
const controlMs = 2

const now = () => Number(process.hrtime.bigint()) / 1e6
const kRecord = Symbol('record')
const kHooked = Symbol('hooked')

const servers = []
const records = []
const controls = []
const stalls = []
let closing = null // the server whose close() is running

function log (record, name) {
  record.events.push([name, now()])
}

// ---- hooks ---------------------------------------------------------------------------

/**
 * Parsers are pooled: Node forgets the callback of a message's begin between two connections
 * and keeps the others, so those are hooked once and ask whose they are each time.
 */
function hookParser (parser, record) {
  const { kOnMessageBegin, kOnHeadersComplete, kOnMessageComplete } = HTTPParser
  parser[kOnMessageBegin] = function () {
    record.inMessage = true
    record.parsed = true
    log(record, 'bytes')
  }
  if (parser[kHooked]) return
  parser[kHooked] = true
  const onHeaders = parser[kOnHeadersComplete]
  const onComplete = parser[kOnMessageComplete]
  const recordOf = () => parser.socket?.[kRecord]
  parser[kOnHeadersComplete] = function () {
    const record = recordOf()
    if (record) {
      log(record, 'headers-complete')
      record.parsed = true
    }
    return Reflect.apply(onHeaders, this, arguments)
  }
  parser[kOnMessageComplete] = function () {
    const record = recordOf()
    if (record) {
      record.inMessage = false
      log(record, 'request-complete')
      record.parsed = true
    }
    return Reflect.apply(onComplete, this, arguments)
  }
}

/** The end of each read: tells what the parser's other callbacks did not. */
function hookExecute (parser, record) {
  const onExecute = parser[HTTPParser.kOnExecute]
  parser[HTTPParser.kOnExecute] = function () {
    if (!record.upgraded && !record.parsed) log(record, record.inMessage ? 'bytes' : 'blank')
    record.parsed = false
    return Reflect.apply(onExecute, this, arguments)
  }
}

function hookSocket (server, socket) {
  const record = socket[kRecord]
  socket.prependListener('end', () => { log(record, 'peer-end') })
  const { destroy, write } = socket
  socket.write = function (chunk) {
    const start = typeof chunk === 'string' ? chunk.slice(0, 12) : chunk.toString('latin1', 0, 12)
    record.wroteAt = now()
    if (start === 'HTTP/1.1 408') record.wrote408 = true
    else if (/^HTTP\/1\.1 [2-5]/.test(start)) log(record, 'response-headers')
    return Reflect.apply(write, this, arguments)
  }
  socket.destroy = function (error) {
    if (record.closed === null) {
      const code = error && error.code
      const by = closing === server
        ? 'server-close'
        : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'check' : record.inTimeout ? 'timer' : 'other'
      record.closed = { at: now(), by, code, timeoutMs: socket.timeout, serverTimeoutMs: server.timeout }
    }
    return Reflect.apply(destroy, this, arguments)
  }
  // Node's own listener, which destroys, stands between these two
  socket.prependListener('timeout', () => { record.inTimeout = true })
  socket.on('timeout', () => { record.inTimeout = false })
}

diagnostics.channel('http.server.response.finish').subscribe(({ response, socket }) => {
  const record = socket[kRecord]
  if (!record) return
  record.parsed = false // a read that goes on after this ends after it
  record.events.push([response._last ? 'response-finish-close' : 'response-finish', now(), record.wroteAt])
})

// ---- the application -----------------------------------------------------------------

function onRequest (req, res) {
  const query = new URL(req.url, 'http://a').searchParams
  const wait = Number(query.get('w'))
  const head = query.get('h')
  const answer = () => {
    if (res.writableEnded || res.destroyed) return
    res.end('ok')
  }
  if (query.get('c')) res.setHeader('Connection', 'close')
  if (head !== null) {
    setTimeout(() => {
      if (res.writableEnded || res.destroyed || req.socket[kRecord].closed) return
      res.flushHeaders()
    }, Number(head))
  }
  const begin = () => wait === 0 ? answer() : setTimeout(answer, wait)
  if (query.get('b')) {
    req.resume()
    req.on('end', begin)
  } else {
    begin()
  }
}

function decode (value) {
  return typeof value === 'string' ? Number(value) : value
}

function createServer (index, { settings, closeMs }) {
  const { connectionsCheckingInterval, ...properties } = settings
  const createdAt = now()
  const server = http.createServer({ connectionsCheckingInterval: decode(connectionsCheckingInterval) }, onRequest)
  for (const name of Object.keys(properties)) server[name] = decode(properties[name])
  const entry = { index, server, closeMs, port: 0, createdAt, listenAt: 0, ticks: [], limits: null, idle: [] }
  server.prependListener('connection', (socket) => {
    const record = { server: index, port: socket.remotePort, events: [], samples: [], closed: null, inMessage: false, parsed: false, inTimeout: false, upgraded: false, wrote408: false, wroteAt: 0 }
    socket[kRecord] = record
    records.push(record)
    log(record, 'open')
  })
  server.on('connection', (socket) => {
    hookParser(socket.parser, socket[kRecord])
    hookExecute(socket.parser, socket[kRecord])
    hookSocket(server, socket)
  })
  server.on('upgrade', (req, socket) => {
    socket[kRecord].upgraded = true
    log(socket[kRecord], 'upgrade')
    socket.on('error', () => {})
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  })
  server.prependListener('listening', () => { entry.listenAt = now() })
  return entry
}

function findConnections (server) {
  const symbol = Object.getOwnPropertySymbols(server).find((key) => key.description === 'http.server.connections')
  return server[symbol]
}

/** Sees each run of the check, with the limits that Node hands to it. */
function hookCheck (entry) {
  const list = findConnections(entry.server)
  if (!list) return
  const { expired } = list
  list.expired = function (headers, request) {
    entry.ticks.push(now())
    entry.limits = [headers >>> 0, request >>> 0]
    return Reflect.apply(expired, this, arguments)
  }
}

/** Node's own lists, at a random moment. */
function sample () {
  const at = now()
  for (const { index, server } of servers) {
    const list = findConnections(server)
    const idle = new Set(list.idle().map((parser) => parser.socket))
    const active = new Set(list.active().map((parser) => parser.socket))
    for (const { socket } of list.all()) {
      const record = socket && socket[kRecord]
      if (!record || record.server !== index || record.closed) continue
      const answering = Boolean(socket._httpMessage) && !socket._httpMessage.finished
      record.samples.push([at, idle.has(socket) && !answering ? 1 : 0, active.has(socket) ? 1 : 0, record.events.length])
    }
  }
}

// ---- a batch -------------------------------------------------------------------------

function stall ({ forMs }) {
  // after a setImmediate callback come the timers, on every libuv, and only then the sockets
  setImmediate(() => {
    const from = now()
    while (now() - from < forMs);
    stalls.push([from, now()])
  })
}

function listen (entry, host) {
  return new Promise((resolve) => {
    entry.server.listen(0, host, 1024, () => {
      entry.port = entry.server.address().port
      hookCheck(entry)
      resolve()
    })
  })
}

function schedule (batch) {
  for (const entry of servers) {
    if (entry.closeMs === null) continue
    setTimeout(() => {
      const at = now()
      closing = entry.server
      entry.server.close()
      closing = null
      for (const record of records) {
        if (record.server === entry.index && (!record.closed || record.closed.at >= at)) record.events.push(['server-close', at])
      }
    }, entry.closeMs)
  }
  for (const one of batch.stalls) setTimeout(stall, one.atMs, one)
  for (const at of batch.samples) setTimeout(sample, at)
}

function finish () {
  const endAt = now()
  process.send({
    endAt,
    controls,
    stalls,
    servers: servers.map(({ createdAt, listenAt, ticks, limits }) => ({ createdAt, listenAt, ticks, limits })),
    records: records.map(({ server, port, events, samples, closed, wrote408 }) => ({ server, port, events, samples, closed, wrote408 }))
  }, () => process.exit(0))
}

// out-of-range timeouts throw out of 'finish' on older lines: a process lives on with such a
// handler, and so do its connections
process.on('uncaughtException', (error) => {
  if (error.code !== 'ERR_OUT_OF_RANGE') throw error
})

process.on('message', async (message) => {
  if (message.batch) {
    setInterval(() => { controls.push(now()) }, controlMs)
    message.batch.servers.forEach((config, index) => servers.push(createServer(index, config)))
    for (const entry of servers) await listen(entry, '127.0.0.1')
    process.send({ ports: servers.map(({ port }) => port) })
  } else if (message.start) {
    schedule(message.start)
  } else if (message.finish) {
    finish()
  }
})
process.on('disconnect', () => process.exit(1))
