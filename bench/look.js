'use strict'

// What the last look, the guard and the evidence cost: one look in microseconds, one read of a
// guarded property in nanoseconds, memory per connection, and requests per second with all of
// it on against the bare server. Ratios are medians over alternating rounds in one run, and
// processor time per request stands beside them: other programs do not count in that.
//
//   node bench/look.js [version]

const { once } = require('node:events')
const http = require('node:http')
const { applyLbSafeTimeouts } = require('..')
const { native } = require('../lib/binding')
const { ensureNode } = require('../scripts/nodes')
const { startServer } = require('../test/helpers/child')
const { Peer, now, openUsed } = require('../test/helpers/peer')

const lookCalls = 100000
const readCalls = 2e7
const memoryConnections = 4000
const rounds = 15
const roundMs = 1000
const lanes = 32

function median (values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** Microseconds of one call of `run`, the median of ten batches. */
function timeOf (run, calls) {
  const batch = calls / 10
  const times = Array.from({ length: 11 }, () => {
    const startedAt = now()
    run(batch)
    return (now() - startedAt) * 1000 / batch
  })
  return median(times.slice(1))
}

async function benchLook () {
  const server = http.createServer((req, res) => res.end('ok'))
  let socket
  server.on('connection', (accepted) => { socket = accepted })
  applyLbSafeTimeouts(server, { idleTimeoutMs: 60000 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const peer = await Peer.connect(server.address().port)
  await peer.request()
  const { fd } = socket._handle
  const nativeUs = timeOf((calls) => { for (let i = 0; i < calls; i++) native().lookDecide(fd, 66000, 65000, null) }, lookCalls)
  // all of it: what Node calls when an idle timer fires, but for the close
  const prototype = Object.getPrototypeOf(socket)
  const { _onTimeout } = prototype
  prototype._onTimeout = () => {}
  const allUs = timeOf((calls) => { for (let i = 0; i < calls; i++) socket._onTimeout() }, lookCalls)
  prototype._onTimeout = _onTimeout
  peer.destroy()
  server.close()
  console.log(`one last look: ${allUs.toFixed(2)} us, of which the native call ${nativeUs.toFixed(2)} us (the first look of a connection; once per idle deadline)`)
}

function benchGuard () {
  const read = (server) => (calls) => {
    let sum = 0
    for (let i = 0; i < calls; i++) sum += server.keepAliveTimeout + server.timeout
    return sum
  }
  const bare = http.createServer()
  const guarded = http.createServer()
  applyLbSafeTimeouts(guarded, { idleTimeoutMs: 60000 })
  const bareNs = timeOf(read(bare), readCalls) * 1000 / 2
  const guardedNs = timeOf(read(guarded), readCalls) * 1000 / 2
  console.log(`one read of a timeout: ${bareNs.toFixed(2)} ns bare, ${guardedNs.toFixed(2)} ns guarded (no native call)`)
}

async function memoryOf (execPath, options) {
  const server = await startServer(execPath, { settings: { keepAliveTimeout: 60000 }, options, silent: true }, ['--expose-gc'])
  const warm = await Peer.connect(server.port)
  await warm.request()
  const before = await server.ask('usage')
  const peers = await openUsed(server.port, memoryConnections)
  const after = await server.ask('usage')
  for (const peer of peers) peer.destroy()
  await server.stop()
  return (after.heapUsed - before.heapUsed) / memoryConnections
}

/** Requests in a second on `lanes` kept-alive connections, and processor time for each. */
async function load (server, peers) {
  const before = await server.ask('usage')
  const startedAt = now()
  await Promise.all(peers.map(async (peer) => {
    while (now() - startedAt < roundMs) await peer.request('/', 'GET')
  }))
  const seconds = (now() - startedAt) / 1000
  const after = await server.ask('usage')
  const requests = after.requests - before.requests
  return { perSecond: requests / seconds, cpuUs: (after.cpuUs - before.cpuUs) / requests }
}

async function benchRequests (execPath) {
  const kinds = { bare: null, ours: { idleTimeoutMs: 60000 } }
  const runs = {}
  for (const [kind, options] of Object.entries(kinds)) {
    const server = await startServer(execPath, { settings: { keepAliveTimeout: 65000 }, options, silent: true }, ['--expose-gc'])
    const peers = await Promise.all(Array.from({ length: lanes }, () => Peer.connect(server.port)))
    runs[kind] = { server, peers }
    await load(server, peers)
  }
  const ratios = []
  const cpuRatios = []
  const bareRates = []
  for (let i = 0; i < rounds; i++) {
    // each goes first every other time
    const order = i % 2 === 0 ? ['bare', 'ours'] : ['ours', 'bare']
    const result = {}
    for (const kind of order) result[kind] = await load(runs[kind].server, runs[kind].peers)
    ratios.push(result.ours.perSecond / result.bare.perSecond)
    cpuRatios.push(result.bare.cpuUs / result.ours.cpuUs)
    bareRates.push(result.bare.perSecond)
  }
  for (const { server, peers } of Object.values(runs)) {
    for (const peer of peers) peer.destroy()
    await server.stop()
  }
  const span = (values) => `${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)}`
  console.log(`requests per second with all of it on: ${median(ratios).toFixed(3)} of the bare server's ${Math.round(median(bareRates))} ` +
    `(median of ${rounds} rounds, ${span(ratios)}); by processor time ${median(cpuRatios).toFixed(3)} (${span(cpuRatios)})`)
}

async function main (version) {
  const execPath = ensureNode(version)
  console.log(`Node ${version}`)
  await benchLook()
  benchGuard()
  const bareBytes = await memoryOf(execPath, null)
  const oursBytes = await memoryOf(execPath, { idleTimeoutMs: 60000 })
  console.log(`memory: ${Math.round(bareBytes)} bytes of heap per connection bare, ${Math.round(oursBytes)} with us: ${Math.round(oursBytes - bareBytes)} more`)
  await benchRequests(execPath)
}

main(process.argv[2] ?? process.versions.node)
