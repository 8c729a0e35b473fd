'use strict'

// The last look on the Node that runs this; the long suites are test/look, test/stall and
// test/slow-reader.

const http = require('node:http')
const net = require('node:net')
const { once } = require('node:events')
const t = require('tap')
const lbst = require('..')
const { startServer } = require('./helpers/child')
const { Peer, now } = require('./helpers/peer')
const { socketPath } = require('./support/socket-path')

const options = { idleTimeoutMs: 1000, marginMs: 100 }
const connections = 10
const leadMs = 200
const overrunMs = 200
const noiseShare = 0.5 // of the timer: what is told apart is a close after it, and one after twice as long

function delay (ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function planned () {
  const { after, idleCloseMs } = lbst.planLbSafeTimeouts(options, { keepAliveTimeout: 5 })
  return { settings: after, timerMs: idleCloseMs.earliest + 1 }
}

/** How many requests are answered that came while the event loop was blocked. */
async function stall (t, lastLook) {
  const { settings, timerMs } = planned()
  const server = await startServer(process.execPath, { settings, options: { ...options, lastLook } })
  t.teardown(() => server.stop())
  const control = await Peer.connect(server.port)
  const peers = await Promise.all(Array.from({ length: connections }, () => Peer.connect(server.port)))
  await Promise.all(peers.map((peer) => peer.request()))
  await delay(timerMs - leadMs)
  const stalled = server.stalled()
  control.request(`/stall-io?ms=${leadMs + overrunMs}`, 'GET')
  await stalled
  const statuses = await Promise.all(peers.map((peer) => peer.request()))
  const status = await server.ask('status')
  return { answered: statuses.filter((code) => code === 200).length, status }
}

t.test('a request that came during a stall is answered', async (t) => {
  const [control, ours] = await Promise.all([stall(t, false), stall(t, true)])
  t.equal(control.answered, 0, 'without a last look all are lost')
  t.equal(ours.answered, connections)
  t.equal(ours.status.saved, connections)
  t.equal(control.status.idleCloses.byNode, connections, 'evidence counts closes by Node without a look too')
})

/** A server in this process with a connection that has been used once. */
async function used (t, { listen = [0, '127.0.0.1'], connect } = {}) {
  const { settings, timerMs } = planned()
  const server = Object.assign(http.createServer((req, res) => res.end('ok')), settings)
  const report = lbst.applyLbSafeTimeouts(server, options)
  const accepted = once(server, 'connection')
  server.listen(...listen)
  await once(server, 'listening')
  t.teardown(() => server.close())
  const peer = connect === undefined ? await Peer.connect(server.address().port) : new Peer(connect())
  t.teardown(() => peer.destroy())
  const [socket] = await accepted
  t.equal(await peer.request(), 200)
  return { server, report, peer, socket, timerMs, answeredAt: now() }
}

t.test('an idle connection is closed when it is due', async (t) => {
  const { peer, timerMs, answeredAt } = await used(t)
  await peer.closed
  t.equal(peer.how, 'FIN')
  t.ok(Math.abs(peer.endedAt - answeredAt - timerMs) < timerMs * noiseShare, `after ${peer.endedAt - answeredAt} ms`)
})

t.test('a Unix domain socket', async (t) => {
  const file = socketPath(t)
  const { peer, timerMs, answeredAt, socket } = await used(t, { listen: [file], connect: () => net.connect(file) })
  socket.pause()
  peer.request()
  await peer.closed
  t.ok(Math.abs(peer.endedAt - answeredAt - 2 * timerMs) < timerMs * noiseShare, 'bytes waiting are seen there too, once')
})

t.test('where the OS says nothing, one poll phase decides', async (t) => {
  const idle = await used(t)
  Object.defineProperty(idle.socket._handle, 'fd', { value: -1 })
  await idle.peer.closed
  t.ok(Math.abs(idle.peer.endedAt - idle.answeredAt - idle.timerMs) < idle.timerMs * noiseShare, 'an idle one is closed')

  const busy = await used(t)
  Object.defineProperty(busy.socket._handle, 'fd', { value: -1 })
  const status = await new Promise((resolve) => {
    // a timer, as Node's own: what is written now is not read before the next poll
    setTimeout(() => {
      resolve(busy.peer.request())
      busy.socket._onTimeout()
    }, 1)
  })
  t.equal(status, 200, 'one with a request is served')
})

t.test('a peer that has sent its FIN is not kept', async (t) => {
  const { peer, socket, timerMs, answeredAt } = await used(t)
  socket.pause()
  socket.on('error', () => {})
  peer.socket.end('GET / HTTP/1.1\r\n')
  await once(socket, 'close')
  t.ok(now() - answeredAt < timerMs * (1 + noiseShare), 'closed at its first deadline')
})

t.test('connections that were there before, and restore()', async (t) => {
  const { server, report, peer, socket } = await used(t)
  t.ok(Object.hasOwn(socket, '_onTimeout'))
  report.restore()
  t.equal(await peer.request(), 200)
  const fresh = once(server, 'connection')
  const other = await Peer.connect(server.address().port)
  t.teardown(() => other.destroy())
  const [accepted] = await fresh
  t.notOk(Object.hasOwn(accepted, '_onTimeout'), 'nothing is put on new ones')
  lbst.applyLbSafeTimeouts(server, options)
  t.ok(Object.hasOwn(accepted, '_onTimeout'), 'open ones are found again')
})

t.test('keepAliveTimeout changes while connections idle', async (t) => {
  const { server, peer, socket } = await used(t)
  const armedMs = socket.timeout
  server.keepAliveTimeout = 5000
  server.keepAliveTimeout = 1500
  socket.pause()
  const answer = peer.request()
  await new Promise((resolve) => peer.socket.write('', resolve))
  socket._onTimeout()
  t.notOk(socket.destroyed, 'a timer that was armed with the old value is still known')
  t.equal(socket.timeout, armedMs)
  socket.resume()
  t.equal(await answer, 200)
})
