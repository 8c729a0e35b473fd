'use strict'

// drain(): what a connection meets in each state that it can be in.

const { fork } = require('node:child_process')
const { once } = require('node:events')
const http = require('node:http')
const http2 = require('node:http2')
const path = require('node:path')
const { Duplex } = require('node:stream')
const { Worker } = require('node:worker_threads')
const t = require('tap')
require('./support/no-platform')
const { drain, applyLbSafeTimeouts, status } = require('lb-safe-timeouts')
const { talk } = require('./support/talk')

const quick = { windowMs: 100, deadlineMs: 1500 }

// of a timer on a busy machine
const slackMs = 900

async function listen (t, server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections?.()
    server.close()
  })
  return server.address().port
}

/** Two streams, each of which says what the other hears. */
function duplexPair () {
  const make = (other) => new Duplex({
    read () {},
    write (chunk, encoding, done) {
      other().push(chunk)
      done()
    },
    final (done) {
      other().push(null)
      done()
    }
  })
  const near = make(() => far)
  const far = make(() => near)
  return [near, far]
}

function answer (req, res) {
  req.resume()
  res.end(`<${req.url}>`)
}

function createServer (listener = answer) {
  return http.createServer(listener)
}

t.test('wrong arguments are refused with a code, and change nothing', async (t) => {
  const server = createServer()
  const rows = [
    [[(req, res) => {}], 'LBST_E_NOT_A_SERVER', /createServer/],
    [[undefined], 'LBST_E_NOT_A_SERVER', /listen/],
    [[server, 'fast'], 'LBST_E_INVALID_TYPE', /must be an object/],
    [[server, { windowMS: 1 }], 'LBST_E_UNKNOWN_OPTION', /did you mean windowMs\?/],
    [[server, { windowMs: '5s' }], 'LBST_E_INVALID_TYPE', /write 5000/],
    [[server, { windowMs: -1 }], 'LBST_E_OUT_OF_RANGE', /whole number/],
    [[server, { deadlineMs: NaN }], 'LBST_E_OUT_OF_RANGE', /deadlineMs/],
    [[server, { windowMs: 3000, deadlineMs: 2000 }], 'LBST_E_CONFLICT', /windowMs 3000 is longer than deadlineMs 2000.*set deadlineMs to 8000/],
    [[server, { windowMs: 30000 }], 'LBST_E_CONFLICT', /the default deadlineMs of 25000/],
    [[server, { signal: 'SIGTERM' }], 'LBST_E_INVALID_TYPE', /AbortSignal.*onSignals/],
    [[server, { lb: 'aws_alb' }], 'LBST_E_UNKNOWN_LB', /aws-alb/],
    [[server, { lb: 'render' }], 'LBST_E_NO_IDLE_TIMEOUT', /Render/],
    [[server, { lb: 'aws-alb', idleTimeoutMs: 120000 }], 'LBST_E_CONFLICT', /idleTimeoutMs: 120000/],
    [[server, { idleTimeoutMs: 2 ** 31 - 1 }], 'LBST_E_TOO_LONG', /2147483647/]
  ]
  for (const [args, code, message] of rows) {
    await t.rejects(drain(...args), { code, message }, `${code} ${message}`)
  }
  t.equal(Object.hasOwn(server, 'emit'), false)
  t.equal(server.listenerCount('connection'), createServer().listenerCount('connection'))
  const health = createServer(drain.readiness(server))
  const client = await talk(await listen(t, health))
  client.get('/')
  t.match(await client.until(/ready\n/), /^HTTP\/1\.1 200 /, 'it is not draining')
  t.match(await drain(server, quick), { destroyed: 0 }, 'and a right call after it drains')
})

t.test('the window comes from the option, the metadata, the catalogue or a guess', async (t) => {
  const windowOf = async (server, options) => {
    const { windowMs, windowSource, notes } = await drain(server, { signal: AbortSignal.abort(), ...options })
    return { windowMs, windowSource, notes: notes.join('\n') }
  }
  t.match(await windowOf(createServer(), { windowMs: 70 }), { windowMs: 70, windowSource: 'option' })
  t.match(await windowOf(createServer(), {}), { windowMs: 5000, windowSource: 'assumed', notes: /is not known: 5 s is assumed/ })
  t.match(await windowOf(createServer(), { lb: 'aws-alb' }), { windowMs: 20000, notes: /300 s, and the window was 20 s.*deadline of 25 s/ })
  t.match(await windowOf(createServer(), { lb: { id: 'aws-alb', drainMs: 7000 } }), { windowMs: 7000 })
  t.match(await windowOf(createServer(), { metadata: [{ id: 'aws-alb', drainMs: 8000 }] }), { windowMs: 8000 })
  t.match(await windowOf(createServer(), { lb: ['cloudflare', 'aws-alb'], deadlineMs: 400000 }), { windowMs: 300000 })
  t.match(await windowOf(createServer(), { deadlineMs: 3000 }), { windowMs: 2000 })
  t.match(await windowOf(createServer(), { windowMs: 5, deadlineMs: 25 }), { notes: /deadline was 25 ms and the window 5 ms.*not in seconds/ })
  t.notMatch((await windowOf(createServer(), { windowMs: 5, deadlineMs: 1000 })).notes, /seconds/)
  const applied = createServer()
  applyLbSafeTimeouts(applied, { lb: { id: 'nginx', drainMs: 1234 } })
  t.match(await windowOf(applied, {}), { windowMs: 1234 })
})

t.test('every state of a connection, and the report', async (t) => {
  const slow = []
  const server = createServer((req, res) => {
    if (req.url === '/slow') slow.push(res)
    else answer(req, res)
  })
  const port = await listen(t, server)
  const [used, unused, fresh, busy] = await Promise.all(Array.from({ length: 4 }, () => talk(port)))
  used.get('/0')
  unused.get('/0')
  busy.get('/slow')
  await Promise.all([used.until(/<\/0>/), unused.until(/<\/0>/)])
  while (slow.length === 0) await new Promise(setImmediate)

  let event
  server.on('draining', (found) => { event = found })
  const promise = drain(server, quick)
  t.match(event, { windowMs: quick.windowMs, deadlineMs: quick.deadlineMs })
  t.equal(drain(server), promise, 'a second call returns the same promise')

  used.get('/1')
  t.match(await used.until(/<\/1>/), /Connection: close\r\n(?!.*Keep-Alive)/, 'an idle connection is used once more')
  t.equal(await used.ended, 'FIN')
  const late = await talk(port)
  late.get('/2')
  t.match(await late.until(/<\/2>/), /Connection: close/, 'a connection opened in the window is served')
  while (server.listening) await new Promise((resolve) => setTimeout(resolve, 5))
  await t.rejects(talk(port), { code: 'ECONNREFUSED' }, 'one opened after it is refused')
  slow[0].end('<done>')
  t.match(await busy.until(/<done>/), /Connection: close/, 'an answer in progress gets it too')
  t.equal(await unused.ended, 'FIN')
  t.equal(await fresh.ended, 'FIN')
  t.equal(unused.text().match(/HTTP/g).length, 1, 'and nothing after its answer')
  t.equal(fresh.text(), '', 'no 408')
  const report = await promise
  t.match(report, { atStart: 4, accepted: 1, answered: 3, closedAfterAnswer: 3, closedIdle: 2, closedByPeer: 0, closedByNode: 0, destroyed: 0, savedByLook: 0, aborted: false, windowSource: 'option' })
  if (process.platform === 'linux') t.equal(report.gate, 'closed', 'without any privilege')
  t.match(report.notes.join('\n'), /2 connections were not used any more and closed by us/)
  t.ok(report.tookMs < quick.deadlineMs + slackMs)
  t.ok(Object.isFrozen(report))
  t.same(JSON.parse(JSON.stringify(report)), report)
  t.equal(Object.hasOwn(server, 'emit'), false, 'nothing of ours is left on the server')
})

t.test('a pipelined connection finishes what it has', async (t) => {
  const server = createServer()
  const port = await listen(t, server)
  const [sync, split] = await Promise.all([talk(port), talk(port)])
  sync.get('/0')
  split.get('/0')
  await Promise.all([sync.until(/<\/0>/), split.until(/<\/0>/)])
  const promise = drain(server, quick)
  // answered at once, while the others are still to be parsed
  sync.write(['/1', '/2', '/3'].map((path) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`).join(''))
  const text = await sync.until(/<\/3>/)
  t.same(text.match(/^Connection: .*(?=\r$)/gm), ['Connection: keep-alive', 'Connection: keep-alive', 'Connection: keep-alive', 'Connection: close'])
  // half of a second request is there
  split.write('GET /1 HTTP/1.1\r\nHost: test\r\n\r\nGET /2 HTTP/1.1\r\n')
  await split.until(/<\/1>/)
  t.equal((await promise).destroyed, 0)
})

t.test('an answer that waits in a pipeline since before the drain', async (t) => {
  const held = []
  const server = createServer((req, res) => { held.push(res) })
  const port = await listen(t, server)
  const client = await talk(port)
  client.write(['/1', '/2'].map((path) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`).join(''))
  while (held.length < 2) await new Promise(setImmediate)
  const promise = drain(server, quick)
  held[0].end('<1>')
  await client.until(/<1>/)
  held[1].end('<2>')
  const text = await client.until(/<2>/)
  t.same(text.match(/^Connection: .*(?=\r$)/gm), ['Connection: keep-alive', 'Connection: close'])
  t.match(await promise, { answered: 2, closedAfterAnswer: 1 })
})

t.test('an application that says keep-alive by itself', async (t) => {
  const rows = [
    ['setHeader', (res) => { res.setHeader('Connection', 'keep-alive'); res.end('<ok>') }],
    ['writeHead with an object', (res) => { res.writeHead(200, { connection: 'keep-alive', 'X-Own': '1' }); res.end('<ok>') }],
    ['writeHead with a reason and a flat list', (res) => { res.writeHead(200, 'Fine', ['Connection', 'keep-alive', 'X-Own', '1']); res.end('<ok>') }],
    ['its own close', (res) => { res.setHeader('Connection', 'close'); res.end('<ok>') }],
    ['chunks', (res) => { res.write('<o'); res.end('k>') }],
    ['no content', (res) => { res.writeHead(204, { 'X-Body': '<ok>' }); res.end() }]
  ]
  for (const [name, respond] of rows) {
    const server = createServer((req, res) => respond(res))
    const port = await listen(t, server)
    const client = await talk(port)
    const promise = drain(server, quick)
    client.get('/')
    await client.ended
    const text = client.text()
    t.same(text.match(/^connection: .*(?=\r$)/gmi).map((line) => line.toLowerCase()), ['connection: close'], name)
    if (name.startsWith('writeHead')) t.match(text, /X-Own: 1/, 'its other headers stay')
    await promise
  }
})

t.test('a body that is still coming when its answer is out', async (t) => {
  const server = createServer((req, res) => { res.end('<early>') })
  const port = await listen(t, server)
  const client = await talk(port, { halfOpen: true })
  const promise = drain(server, quick)
  const rest = 200
  client.write(`POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ${rest + 1}\r\n\r\nx`)
  t.match(await client.until(/<early>/), /Connection: close/)
  // byte by byte: a reset would be seen by one of the next writes
  for (let i = 0; i < rest; i++) {
    client.write('x')
    await new Promise(setImmediate)
  }
  client.socket.end()
  t.equal(await client.ended, 'FIN', 'the rest of it resets nothing')
  t.match(await promise, { destroyed: 0, answered: 1 })
})

t.test('the headers limit lives to the end', async (t) => {
  const server = http.createServer({ headersTimeout: 300, connectionsCheckingInterval: 50 }, answer)
  const port = await listen(t, server)
  const client = await talk(port)
  const promise = drain(server, { windowMs: 50, deadlineMs: 3000 })
  client.write('GET / HTTP/1.1\r\nHo')
  t.match(await client.until(/408/), /Connection: close/)
  t.match(await promise, { closedByNode: 1, destroyed: 0 })
  t.ok((await promise).tookMs < 3000)
})

t.test('a long download goes on until the deadline, and not beyond it', async (t) => {
  let closed
  const server = createServer((req, res) => {
    res.write('<begin>')
    const timer = setInterval(() => res.write('.'), 20)
    closed = once(res, 'close').then(() => clearInterval(timer))
  })
  const port = await listen(t, server)
  const client = await talk(port)
  client.get('/')
  await client.until(/<begin>/)
  const report = await drain(server, { windowMs: 50, deadlineMs: 600 })
  t.equal(report.destroyed, 1)
  t.match(report.notes.join('\n'), /1 connection had not ended at the deadline and was destroyed/)
  t.ok(report.tookMs >= 599 && report.tookMs < 600 + slackMs)
  await closed
  await client.ended
})

t.test('an AbortSignal ends the wait', async (t) => {
  const slow = []
  const server = createServer((req, res) => {
    if (req.url === '/slow') slow.push(res)
    else answer(req, res)
  })
  const port = await listen(t, server)
  const [idle, busy] = await Promise.all([talk(port), talk(port)])
  idle.get('/0')
  await idle.until(/<\/0>/)
  busy.get('/slow')
  while (slow.length === 0) await new Promise(setImmediate)
  const controller = new AbortController()
  const promise = drain(server, { windowMs: 20000, deadlineMs: 60000, signal: controller.signal })
  await new Promise(setImmediate)
  controller.abort()
  t.equal(await idle.ended, 'FIN', 'idle connections are looked at and closed')
  slow[0].end('<slow>')
  await busy.until(/<slow>/)
  const report = await promise
  t.match(report, { aborted: true, closedIdle: 1, closedAfterAnswer: 1, destroyed: 0 })
  t.match(report.notes.join('\n'), /ended early by the signal/)
  t.ok(report.tookMs < 10000)
})

t.test('an upgraded socket is told, and has until the deadline', async (t) => {
  const server = createServer()
  server.on('upgrade', (req, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    socket.on('data', () => {}).on('end', () => socket.end())
  })
  server.on('upgrade-drain', (socket) => socket.write('<bye>'))
  const port = await listen(t, server)
  const [leaving, staying] = await Promise.all([talk(port), talk(port)])
  for (const client of [leaving, staying]) {
    client.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    await client.until(/101/)
  }
  const promise = drain(server, { windowMs: 100, deadlineMs: 1200 })
  const inWindow = await talk(port)
  inWindow.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  await Promise.all([leaving, staying, inWindow].map((client) => client.until(/<bye>/)))
  leaving.socket.end()
  inWindow.socket.end()
  await staying.ended
  t.match(await promise, { upgraded: 3, closedByPeer: 2, destroyed: 1 })
  t.ok((await promise).tookMs >= 1199, 'not cut before')
})

t.test('who is told of a drain may ask for it again', async (t) => {
  const server = createServer()
  await listen(t, server)
  let again
  server.on('draining', () => { again = [drain(server), status(server).draining] })
  applyLbSafeTimeouts(server, { lb: 'nginx' })
  const promise = drain(server, quick)
  t.equal(again[0], promise, 'in the listener')
  t.equal(again[1], true)
  process.env.LB_SAFE_TIMEOUTS_LB = 'fly-io'
  t.teardown(() => { delete process.env.LB_SAFE_TIMEOUTS_LB })
  const other = createServer()
  const first = drain(other, { ...quick, lb: 'aws-alb' })
  t.equal(drain(other), first, 'whatever a second call would have to know')
  await Promise.all([promise, first])
})

t.test("what the application's listeners throw costs no request", async (t) => {
  for (const name of ['draining', 'upgrade-drain']) {
    const slow = []
    const server = createServer((req, res) => slow.push(res))
    server.on('upgrade', (req, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
      socket.resume().on('end', () => socket.end())
    })
    const fault = new Error(`of a listener of ${name}`)
    server.on(name, () => { throw fault })
    const port = await listen(t, server)
    const [busy, upgraded] = await Promise.all([talk(port), talk(port)])
    busy.get('/slow')
    upgraded.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    await upgraded.until(/101/)
    while (slow.length === 0) await new Promise(setImmediate)
    const promise = t.rejects(drain(server, quick), fault, `${name}: told when all is over`)
    while (server.listening) await new Promise((resolve) => setTimeout(resolve, 5))
    slow[0].end('<slow>')
    upgraded.socket.end()
    await busy.until(/<slow>/)
    await promise
    t.equal(server.listenerCount('connection'), 1, "and nothing of ours is left but Node's own")
  }
})

t.test('a stream that was passed off as a connection', async (t) => {
  const server = createServer()
  await listen(t, server)
  const [near, far] = duplexPair()
  server.emit('connection', near)
  far.write('GET /0 HTTP/1.1\r\nHost: test\r\n\r\n')
  const [answer] = await once(far, 'data')
  t.match(String(answer), /^HTTP\/1.1 200/)
  far.resume().once('end', () => far.end())
  t.match(await drain(server, quick), { atStart: 1, destroyed: 0 })
})

t.test('http2: GOAWAY, and the streams end', async (t) => {
  for (const applied of [true, false]) {
    const server = http2.createServer((req, res) => setTimeout(() => res.end('<ok>'), 200))
    if (applied) applyLbSafeTimeouts(server)
    const port = await listen(t, server)
    const client = http2.connect(`http://127.0.0.1:${port}`)
    await once(client, 'connect')
    if (!applied && !/^(18|2[4-9])/.test(process.versions.node)) {
      client.destroy() // Node 20 and 22 keep no list of sessions
      continue
    }
    const stream = client.request({ ':path': '/' })
    stream.setEncoding('latin1')
    let body = ''
    stream.on('data', (chunk) => { body += chunk })
    await new Promise((resolve) => server.once('stream', resolve))
    const goaway = once(client, 'goaway')
    const promise = drain(server, quick)
    t.match((await goaway).slice(0, 2), [0, 2 ** 31 - 1], 'no error, and no stream is given up')
    await once(stream, 'close')
    t.equal(body, '<ok>')
    t.match(await promise, { sessions: 1, destroyed: 0 })
    t.ok((await promise).tookMs < quick.deadlineMs)
  }
})

t.test('readiness, and a server that never listened', async (t) => {
  const server = createServer()
  const health = createServer(drain.readiness(server))
  const port = await listen(t, health)
  const client = await talk(port)
  client.get('/')
  t.match(await client.until(/ready\n/), /^HTTP\/1\.1 200 /)
  t.match(await drain(server, { windowMs: 0, deadlineMs: 1000 }), { gate: 'none', atStart: 0 })
  client.get('/')
  t.match(await client.until(/draining\n/), /HTTP\/1\.1 503 [^]*Connection: close/)
  t.equal(await client.ended, 'FIN')
  t.throws(() => drain.readiness({}), { code: 'LBST_E_NOT_A_SERVER' })
})

t.test('a listening socket that a child process holds too stays open there', async (t) => {
  const child = fork(path.join(__dirname, 'fixtures', 'holder.js'))
  t.teardown(() => child.kill('SIGKILL'))
  const server = createServer()
  const port = await listen(t, server)
  child.send('server', server)
  await once(child, 'message')
  t.match(await drain(server, { windowMs: 0, deadlineMs: 1000 }), { gate: 'shared', notes: [/shared with other processes/] })
  const client = await talk(port)
  await client.until(/<child>/)
})

t.test('in a worker thread', async (t) => {
  const worker = new Worker(path.join(__dirname, 'fixtures', 'drain-thread.js'))
  const [port] = await once(worker, 'message')
  const client = await talk(port)
  client.get('/0')
  await client.until(/<\/0>/)
  const started = once(worker, 'message')
  worker.postMessage(quick)
  await started
  client.get('/1')
  t.match(await client.until(/<\/1>/), /Connection: close/)
  const [code] = await once(worker, 'exit')
  t.equal(code, 0, 'nothing keeps the thread alive')
})

t.test('the numbers for Kubernetes', async (t) => {
  t.match(drain.kubernetes({ lb: 'nginx' }), { drain: { windowMs: 10000, deadlineMs: 31000 }, terminationGracePeriodSeconds: 36, preStopSeconds: 0, preStopSecondsWithoutDrain: 10 })
  t.match(drain.kubernetes({ lb: 'aws-alb', requestMs: 4000 }), { drain: { windowMs: 300000, deadlineMs: 310000 }, terminationGracePeriodSeconds: 315, arithmetic: [/AWS Application Load Balancer may send to a target that leaves for 300 s/] })
  const given = drain.kubernetes({ windowMs: 3000 })
  t.match(given.manifest, new RegExp(`terminationGracePeriodSeconds: ${given.terminationGracePeriodSeconds}\n[^]*windowMs: 3000, deadlineMs: 24000`))
  t.throws(() => drain.kubernetes({ lb: 'aws_alb' }), { code: 'LBST_E_UNKNOWN_LB' })
  t.throws(() => drain.kubernetes({ windowMs: '3s' }), { code: 'LBST_E_INVALID_TYPE' })
  for (const given of [{ windowMs: 2 ** 31 - 1 }, { requestMs: 2 ** 31 - 1 }, { lb: { id: 'aws-alb', drainMs: 2 ** 31 - 1 } }]) {
    t.throws(() => drain.kubernetes(given), { code: 'LBST_E_OUT_OF_RANGE', message: /^deadlineMs \(window \d+ \+ request \d+ .* from 0 to 2147483647, got \d+$/ })
  }
  // what it says is what drain() takes
  t.match(await drain(createServer(), { ...given.drain, signal: AbortSignal.abort() }), { windowMs: 3000 })
})
