'use strict'

// The stall race through real nginx: POST requests, no retries, on pooled connections that nginx
// keeps for 3 s and Node for longer. The event loop is blocked when they come and beyond Node's
// own deadline: without us each of them is a 502 (the control, in the same run), with us none.
//
//   npm run test:stall-nginx                    all five Nodes
//   npm run test:stall-nginx -- 24.21.0         these

const { planLbSafeTimeouts } = require('../..')
const { lines, ensureNode } = require('../../scripts/nodes')
const { startServer } = require('../helpers/child')
const { Peer, now } = require('../helpers/peer')
const { startProxy } = require('../support/proxies')

const lanes = 64
const rounds = 2
const idleTimeoutMs = 3000
const marginMs = 200
const handlerMs = 150 // all lanes at a time, so that each has an upstream connection of its own
const stallAtMs = idleTimeoutMs - 300 // nginx still has the connections then
const overrunMs = 250

function delay (ms) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
}

function count (statuses, wanted) {
  return statuses.filter((status) => status === wanted).length
}

async function round (server, proxy, timerMs) {
  const control = await Peer.connect(server.port)
  const peers = await Promise.all(Array.from({ length: lanes }, () => Peer.connect(proxy.port)))
  const first = await Promise.all(peers.map((peer) => peer.request(`/slow?ms=${handlerMs}`)))
  if (count(first, 200) !== lanes) throw new Error('the first requests must be answered')
  const idleSince = now()
  await delay(stallAtMs)
  const stalled = server.stalled()
  control.request(`/stall-io?ms=${Math.ceil(idleSince + timerMs + overrunMs - now())}`, 'GET')
  await stalled
  const statuses = await Promise.all(peers.map((peer) => peer.request()))
  for (const peer of [...peers, control]) peer.destroy()
  return statuses
}

async function measure (version, options) {
  const { after, idleCloseMs } = planLbSafeTimeouts({ idleTimeoutMs, marginMs }, { nodeVersion: version, keepAliveTimeout: 5 })
  const server = await startServer(ensureNode(version), { settings: after, options })
  const proxy = await startProxy('nginx', { upstreams: [server.port], routing: 'balance', retries: 'off', idleMs: idleTimeoutMs })
  try {
    const statuses = []
    for (let i = 0; i < rounds; i++) statuses.push(...await round(server, proxy, idleCloseMs.earliest + 1))
    return statuses
  } finally {
    await proxy.stop()
    await server.stop()
  }
}

async function main (versions) {
  const total = lanes * rounds
  for (const version of versions) {
    const [bare, ours] = await Promise.all([measure(version, null), measure(version, { idleTimeoutMs, marginMs })])
    const proves = count(bare, 502) === total
    const good = proves && count(ours, 200) === total
    if (!good) process.exitCode = 1
    console.log(`${good ? 'ok' : 'not ok'} Node ${version} behind nginx, POST, no retries: ` +
      `502s without us ${count(bare, 502)} of ${total}, with us ${count(ours, 502)} (${count(ours, 200)} answered with 200)` +
      (proves ? '' : '; the control did not lose all: this run proves nothing'))
  }
}

const given = process.argv.slice(2)
main(given.length > 0 ? given : lines)
