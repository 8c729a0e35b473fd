'use strict'

// What applyLbSafeTimeouts() does to a server, and what it says about it.

const { EventEmitter, once } = require('node:events')
const http = require('node:http')
const https = require('node:https')
const http2 = require('node:http2')
const net = require('node:net')
const { Duplex } = require('node:stream')
const t = require('tap')
require('./support/no-platform')
const { applyLbSafeTimeouts, drain, nodeTimers, status } = require('..')

const codes = (notes) => notes.map(({ code }) => code)
const timeouts = ({ keepAliveTimeout, headersTimeout, requestTimeout }) => [keepAliveTimeout, headersTimeout, requestTimeout]

t.test('AWS ALB: 65 s, 66 s, requestTimeout as it was', async (t) => {
  const server = http.createServer()
  const report = applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  t.same(timeouts(server), [65000, 66000, 300000])
  t.same(report.changed, ['keepAliveTimeout', 'headersTimeout'])
  t.match(report.lb, { id: 'aws-alb', idleTimeoutMs: 60000, source: 'option', url: /^https:\/\/docs\.aws/ })
  t.equal(report.safe, true)
  t.equal(report.native, true)
  t.same(timeouts(report.before), [5000, 60000, 300000])
  t.same(timeouts(report.after), [65000, 66000, 300000])
  t.ok(codes(report.reasons).includes('LBST_R_OUTLAST'))
  t.ok(codes(report.reasons).includes('LBST_R_HEADERS_UNUSED'))
})

t.test('Google Cloud: 620 s, 621 s, and requestTimeout with it, each with its reason', async (t) => {
  const server = http.createServer()
  const report = applyLbSafeTimeouts(server, { lb: 'gcp-external-alb' })
  t.same(timeouts(server), [620000, 621000, 621000])
  const said = codes(report.reasons)
  for (const code of ['LBST_R_VENDOR_ADVICE', 'LBST_R_HEADERS_CUSTOM', 'LBST_R_REQUEST_SWAP']) t.ok(said.includes(code), code)
})

t.test('nothing said: a 60-second load balancer is assumed, and it says so', async (t) => {
  const server = http.createServer()
  const report = applyLbSafeTimeouts(server)
  t.same(timeouts(server), [65000, 66000, 300000])
  t.match(report.lb, { id: null, idleTimeoutMs: 60000, source: 'assumed', url: null })
  t.ok(codes(report.warnings).includes('LBST_W_ASSUMED'))
})

t.test('the report is frozen, survives JSON, and restore() is not in it', async (t) => {
  const server = http.createServer()
  const report = applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  t.strictSame(JSON.parse(JSON.stringify(report)), { ...report })
  t.throws(() => { report.safe = false }, TypeError)
  t.throws(() => { report.reasons.push(1) }, TypeError)
  t.notOk(Object.keys(report).includes('restore'))
  t.type(report.restore, 'function')
})

t.test('idleCloseMs is the real close: with what this Node adds', async (t) => {
  const report = applyLbSafeTimeouts(http.createServer(), { lb: 'aws-alb' })
  const bufferMs = nodeTimers().idleBuffer === 'none' ? 0 : 1000
  t.same(report.idleCloseMs, { earliest: 65000 + bufferMs - 1, latest: 65000 + bufferMs + 2 })
})

t.test('twice is once', async (t) => {
  const server = http.createServer()
  applyLbSafeTimeouts(server, { lb: 'gcp-external-alb' })
  const second = applyLbSafeTimeouts(server, { lb: 'gcp-external-alb' })
  t.same(second.changed, [])
  t.same(timeouts(server), [620000, 621000, 621000])
  t.ok(codes(second.reasons).includes('LBST_R_ALREADY_APPLIED'))
  const third = applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  t.same(third.changed, [], 'a shorter plan lowers nothing')
})

t.test('restore() puts back what this call wrote, once, and nobody else\'s value', async (t) => {
  const server = http.createServer()
  const first = applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  const second = applyLbSafeTimeouts(server, { lb: 'gcp-external-alb' })
  t.same(second.restore().sort(), ['headersTimeout', 'keepAliveTimeout', 'requestTimeout'])
  t.same(timeouts(server), [65000, 66000, 300000])
  server.headersTimeout = 77777
  t.same(first.restore(), ['keepAliveTimeout'])
  t.same(timeouts(server), [5000, 77777, 300000])
  t.same(first.restore(), [], 'a second restore does nothing')
})

t.test('what is longer or off already stays', async (t) => {
  const server = http.createServer()
  server.keepAliveTimeout = 72000
  server.requestTimeout = 0
  applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  t.same(timeouts(server), [72000, 73000, 0])

  const off = http.createServer()
  off.keepAliveTimeout = 0
  const report = applyLbSafeTimeouts(off, { lb: 'aws-alb' })
  t.equal(off.keepAliveTimeout, 0)
  t.same(report.idleCloseMs, { earliest: null, latest: null })
  t.equal(report.safe, true)
})

t.test('a value from the environment that would crash Node is replaced, and named', async (t) => {
  const server = http.createServer()
  server.keepAliveTimeout = '5000'
  server.headersTimeout = '90000'
  const report = applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  t.same(timeouts(server), [65000, 90000, 300000])
  t.match(report.before, { keepAliveTimeout: '5000', headersTimeout: '90000' })
  t.ok(report.warnings.some(({ code, message }) => code === 'LBST_W_VALUE_REPLACED' && message.startsWith('headersTimeout')))

  const nan = http.createServer()
  nan.keepAliveTimeout = NaN
  nan.headersTimeout = Infinity
  t.match(applyLbSafeTimeouts(nan).before, { keepAliveTimeout: 'NaN', headersTimeout: 'Infinity' }, 'told in words that survive JSON')
  t.same(timeouts(nan), [65000, 66000, 300000])
})

t.test('server.timeout is a danger, told and left alone', async (t) => {
  const server = http.createServer()
  server.timeout = 120000
  const report = applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  t.equal(server.timeout, 120000)
  t.ok(codes(report.warnings).includes('LBST_W_SERVER_TIMEOUT'))
})

t.test('server.timeout where no idle timer takes its place: told, and Node closes when we say', async (t) => {
  const server = http.createServer((req, res) => res.end('ok'))
  server.timeout = 300
  const report = applyLbSafeTimeouts(server, { lb: 'haproxy', lastLook: false })
  t.equal(report.safe, false)
  t.ok(codes(report.warnings).includes('LBST_W_SERVER_TIMEOUT_CLOSES'))
  t.strictSame(report.idleCloseMs, { earliest: 299, latest: 302 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = net.connect(server.address().port, '127.0.0.1').resume()
  client.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
  await once(client, 'close')
  server.close()

  const http2Server = http2.createServer()
  http2Server.setTimeout(1000)
  const told = applyLbSafeTimeouts(http2Server, { lb: 'envoy' })
  t.match(told, { safe: false, idleCloseMs: { earliest: 999, latest: 1002 } })
  t.match(codes(told.warnings), ['LBST_W_SERVER_TIMEOUT', 'LBST_W_SERVER_TIMEOUT_CLOSES'])
})

t.test('numbers are read as Node reads them', async (t) => {
  const server = http.createServer()
  server.keepAliveTimeout = 0.5 // 1 ms to a timer, and not off
  server.headersTimeout = 2 ** 32 + 5 // 5 ms to Node's C++
  const report = applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  t.same(timeouts(server), [65000, 66000, 300000])
  t.equal(report.safe, true)
})

t.test('a pool owner without an idle limit: never close first, and find dead peers', async (t) => {
  const server = http.createServer((req, res) => res.end())
  const report = applyLbSafeTimeouts(server, { lb: 'haproxy' })
  t.equal(server.keepAliveTimeout, 0)
  t.equal(report.lb.idleTimeoutMs, null)
  t.equal(server.listenerCount('connection'), 3, 'one of Node, two of ours')
  applyLbSafeTimeouts(server, { lb: 'haproxy' })
  t.equal(server.listenerCount('connection'), 3, 'once each')

  // asked of the socket itself: did the call reach it?
  const calls = []
  const original = net.Socket.prototype.setKeepAlive
  net.Socket.prototype.setKeepAlive = function (...args) { calls.push(args); return original.apply(this, args) }
  t.teardown(() => { net.Socket.prototype.setKeepAlive = original })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = net.connect(server.address().port, '127.0.0.1')
  const [socket] = await once(server, 'connection')
  t.same(calls, [[true, 60000]])
  client.destroy()
  await once(socket, 'close')
  await new Promise((resolve) => server.close(resolve))

  report.restore()
  t.equal(server.keepAliveTimeout, 5000)
  t.equal(server.listenerCount('connection'), 1, 'what is ours is gone')
  const long = applyLbSafeTimeouts(http.createServer(), { lb: 'haproxy', unbounded: 'long' })
  t.equal(long.after.keepAliveTimeout, 3600000)
  t.equal(long.safe, false)
})

t.test('a Duplex that the application hands to the server itself', async (t) => {
  for (const lb of ['haproxy', 'aws-alb']) {
    const server = http.createServer((req, res) => res.end('ok'))
    applyLbSafeTimeouts(server, { lb, onUnsafeWrite: 'enforce' })
    const answered = new EventEmitter()
    const duplex = new Duplex({ read () {}, write (chunk, encoding, done) { answered.emit('chunk', String(chunk)); done() } })
    server.emit('connection', duplex)
    const chunk = once(answered, 'chunk')
    duplex.push('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    t.match(await chunk, [/^HTTP\/1\.1 200/], lb)
    server.keepAliveTimeout = 1 // undone, and every connection looked at again
    t.type(status(server).verdict, 'string')
    duplex.push(null)
    await once(duplex, 'close')
  }
})

t.test('every kind of server, before and after listen', async (t) => {
  for (const [name, create] of [['http', () => http.createServer()], ['https', () => https.createServer()]]) {
    const server = create()
    applyLbSafeTimeouts(server, { lb: 'aws-alb' })
    t.same(timeouts(server), [65000, 66000, 300000], `${name} before listen`)
    const late = create()
    await new Promise((resolve) => late.listen(0, '127.0.0.1', resolve))
    applyLbSafeTimeouts(late, { lb: 'aws-alb' })
    t.same(timeouts(late), [65000, 66000, 300000], `${name} after listen`)
    await new Promise((resolve) => late.close(resolve))
  }
})

t.test('http2: what this Node gives to HTTP/1 connections decides', async (t) => {
  const both = http2.createSecureServer({ allowHTTP1: true })
  const report = applyLbSafeTimeouts(both, { lb: 'aws-alb' })
  const { http2AllowHttp1 } = nodeTimers()
  t.equal(both.keepAliveTimeout, http2AllowHttp1 === 'all' ? 65000 : undefined)
  t.equal(both.headersTimeout, http2AllowHttp1 === 'none' ? undefined : 66000)
  t.equal(codes(report.warnings).includes('LBST_W_HTTP1_NEVER_CLOSES'), http2AllowHttp1 !== 'all')
  t.equal(report.safe, true)

  for (const server of [http2.createServer(), http2.createSecureServer()]) {
    const { changed, reasons } = applyLbSafeTimeouts(server, { lb: 'aws-alb' })
    t.same(changed, [])
    t.ok(codes(reasons).includes('LBST_R_HTTP2_ONLY'))
  }
})

t.test('a server of another make, with the same methods and timers', async (t) => {
  const like = () => Object.assign(new EventEmitter(), { listen () {}, close (done) { done?.() }, keepAliveTimeout: 5000, headersTimeout: 60000, requestTimeout: 300000 })
  const other = like()
  applyLbSafeTimeouts(other, { lb: 'aws-alb' })
  t.same(timeouts(other), [65000, 66000, 300000])
  t.equal(applyLbSafeTimeouts(like(), { lb: 'haproxy' }).safe, true)
  t.match(await drain(like(), { windowMs: 0, deadlineMs: 1000 }), { windowMs: 0, deadlineMs: 1000 })

  const noEmitter = { ...like(), on () {} }
  t.throws(() => applyLbSafeTimeouts(noEmitter, { lb: 'haproxy' }), { code: 'LBST_E_NOT_A_SERVER' }, 'its events are not as Node has them')
  t.equal(noEmitter.keepAliveTimeout, 5000)
})

t.test('a chain: the last pool owner governs', async (t) => {
  const server = http.createServer()
  const report = applyLbSafeTimeouts(server, { lb: ['cloudflare', { id: 'aws-alb', idleTimeoutMs: 120000 }, 'aws-nlb'] })
  t.match(report.lb, { id: 'aws-alb', idleTimeoutMs: 120000 })
  t.equal(server.keepAliveTimeout, 125000)
  t.same(codes(report.reasons).slice(0, 3), ['LBST_R_NOT_LAST', 'LBST_R_POOL_OWNER', 'LBST_R_L4_PASSED_OVER'])
})

t.test('metadata: hops stand side by side, the longest governs', async (t) => {
  const server = http.createServer()
  const hop = (idleTimeoutMs, name) => ({ id: 'nginx', name, role: 'pool-owner', idleTimeoutMs, drainMs: null, where: 'nginx.conf:3', why: '' })
  const report = applyLbSafeTimeouts(server, { metadata: [hop(30000, 'upstream a'), hop(90000, 'upstream b')] })
  t.match(report.lb, { id: 'nginx', name: 'upstream b', idleTimeoutMs: 90000, source: 'metadata' })
  t.equal(server.keepAliveTimeout, 95000)
})
