'use strict'

const diagnosticsChannel = require('node:diagnostics_channel')
const http = require('node:http')
const https = require('node:https')
const path = require('node:path')
const { spawnSync } = require('node:child_process')
const { once } = require('node:events')
const t = require('tap')
const lbst = require('..')
const { findAttached } = require('../lib/attach')
const { Peer, now } = require('./helpers/peer')
const { createPem } = require('./support/certificate')

const peerIdleMs = 600
const peers = 30
const attempts = 4
const toleranceMs = 20 // two ticks of the kernel's clock, and the client's own timer

function delay (ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function serve (t, protocol, options) {
  const server = protocol === 'http'
    ? http.createServer((req, res) => res.end('ok'))
    : https.createServer(createPem(), (req, res) => res.end('ok'))
  const report = lbst.applyLbSafeTimeouts(server, options)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return { server, report, port: server.address().port }
}

/**
 * A peer that closes its connection when it was idle for `peerIdleMs`. One that a busy machine
 * makes late goes on instead: a load balancer of another idle timeout is another test.
 */
async function use (port, protocol) {
  const peer = await Peer.connect(port, protocol)
  let since
  do {
    since = now()
    await peer.request()
    await delay(peerIdleMs)
  } while (now() - since > peerIdleMs + toleranceMs)
  peer.socket.end()
  await peer.closed
}

t.test('nothing is known before', async (t) => {
  t.throws(() => lbst.status(http.createServer()), { code: 'LBST_E_UNSUPPORTED' })
  t.throws(() => lbst.status(null), { code: 'LBST_E_UNSUPPORTED' })
  const { server, report } = await serve(t, 'http', { evidence: false })
  t.throws(() => lbst.status(server), { code: 'LBST_E_UNSUPPORTED' })
  report.restore()
})

/** Peers that all keep a connection for the same time; what the server knows of them then. */
async function learn (t, protocol) {
  const { server, port } = await serve(t, protocol, { idleTimeoutMs: 1000 })
  const closes = []
  const listener = (message) => { if (message.server === server) closes.push(message) }
  diagnosticsChannel.subscribe('lb-safe-timeouts:idle-close', listener)
  // they become idle over 4 s, at all phases, and the event loop is blocked as some end
  const used = Array.from({ length: peers }, async (_, i) => {
    await delay((i + Math.random()) * 4000 / peers)
    await use(port, protocol)
  })
  await delay(1000)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150)
  t.ok(lbst.status(server).open > 0)
  await Promise.all(used)
  while (lbst.status(server).open > 0) await delay(10)
  diagnosticsChannel.unsubscribe('lb-safe-timeouts:idle-close', listener)

  const status = lbst.status(server)
  t.equal(status.idleCloses.byPeer, peers)
  t.equal(closes.length, peers)
  t.ok(closes.every(({ by, idleMs }) => by === 'peer' && idleMs >= peerIdleMs - toleranceMs))
  return status
}

for (const protocol of ['http', 'https']) {
  t.test(`the peer's idle timeout is learned from the kernel, ${protocol}`, async (t) => {
    let status
    // on a busy machine the peers themselves close late: then nothing may be learned at all
    for (let attempt = 0; attempt < attempts && status?.learned.kind !== 'clear'; attempt++) status = await learn(t, protocol)
    t.ok(Math.abs(status.learned.idleTimeoutMs - peerIdleMs) <= toleranceMs, JSON.stringify(status.learned))
    t.match(status, { verdict: 'safe', open: 0, idle: 0, draining: false, saved: 0, reasons: [{ code: 'LBST_R_LEARNED' }] })
    t.ok(status.eventLoopDelayMs.max >= 100, 'the stall was seen')
    t.ok(Object.isFrozen(status) && Object.isFrozen(status.learned))
    t.same(JSON.parse(JSON.stringify(status)), status)
  })
}

t.test('a connection that was there before is counted once, by the evidence that holds', async (t) => {
  const { server, report, port } = await serve(t, 'http', { lb: 'aws-alb' })
  const closes = []
  const listener = (message) => { if (message.server === server) closes.push(message.by) }
  diagnosticsChannel.subscribe('lb-safe-timeouts:idle-close', listener)
  t.teardown(() => diagnosticsChannel.unsubscribe('lb-safe-timeouts:idle-close', listener))
  const [socket, peer] = await Promise.all([once(server, 'connection').then(([socket]) => socket), Peer.connect(port)])
  await peer.request()
  const listeners = socket.listenerCount('end')

  report.restore()
  t.equal(socket.listenerCount('end'), listeners - 1, 'what is ours is gone')
  lbst.applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  lbst.applyLbSafeTimeouts(server, { lb: 'gcp-external-alb' })
  t.equal(socket.listenerCount('end'), listeners)
  const gone = once(socket, 'close')
  peer.socket.end()
  await gone
  t.same(closes, ['peer'])
  t.same(lbst.status(server).idleCloses, { byPeer: 1, byNode: 0 })
})

t.test('a stopped evidence says no more of a connection that the server has given away', async (t) => {
  const { server, report, port } = await serve(t, 'http', { lb: 'aws-alb' })
  const { evidence } = findAttached(server)
  const [socket, peer] = await Promise.all([once(server, 'connection').then(([socket]) => socket), Peer.connect(port)])
  await peer.request()
  report.restore()
  evidence.onPeerEnd(socket)
  t.equal(evidence.byPeer, 0)
  peer.destroy()
})

t.test('a verdict follows later writes', async (t) => {
  const { server } = await serve(t, 'http', { idleTimeoutMs: 60000, onUnsafeWrite: 'enforce' })
  const writes = []
  const listener = (message) => writes.push(message)
  diagnosticsChannel.subscribe('lb-safe-timeouts:unsafe-write', listener)
  t.teardown(() => diagnosticsChannel.unsubscribe('lb-safe-timeouts:unsafe-write', listener))
  server.keepAliveTimeout = 5000
  t.match(lbst.status(server), { verdict: 'unproven', unsafeWrites: 1 })
  t.match(writes, [{ server, property: 'keepAliveTimeout', code: 'LBST_W_UNSAFE_WRITE', enforced: true }])

  lbst.applyLbSafeTimeouts(server, { idleTimeoutMs: 60000, onUnsafeWrite: 'warn' })
  const warned = once(process, 'warning')
  server.keepAliveTimeout = 5000
  t.match(lbst.status(server), { verdict: 'unsafe', reasons: [{ code: 'LBST_W_PLAN_BROKEN' }] })
  server.keepAliveTimeout = 65000
  t.match(lbst.status(server), { verdict: 'unproven' })
  await warned
})

t.test('never closing first is safe without any proof', async (t) => {
  const { server } = await serve(t, 'http', { lb: 'haproxy' })
  t.match(lbst.status(server), { verdict: 'safe', reasons: [{ code: 'LBST_R_NODE_NEVER_CLOSES' }], idleCloseMs: { earliest: null } })
})

t.test('a close that tells of no idle timeout is a close all the same', async (t) => {
  const { server } = await serve(t, 'http', { idleTimeoutMs: 60000 })
  findAttached(server).evidence.byPeer = 1 // the kernel did not say how long it was idle
  const { idleCloses, reasons } = lbst.status(server)
  t.equal(idleCloses.byPeer, 1)
  const { message } = reasons.find(({ code }) => code === 'LBST_R_LEARN_FEW')
  t.match(message, /^0 closes by a load balancer with an idle timeout of 60 s tell of its idle timeout so far; 10 that agree show it$/)
})

t.test('evidence keeps no process alive', async (t) => {
  const code = `const lbst = require(${JSON.stringify(path.join(__dirname, '..'))})
    const server = require('node:http').createServer()
    lbst.applyLbSafeTimeouts(server)
    server.listen(0, () => { lbst.status(server); server.close() })`
  const startedAt = Date.now()
  t.equal(spawnSync(process.execPath, ['-e', code], { timeout: 10000 }).status, 0)
  t.ok(Date.now() - startedAt < 5000)
})
