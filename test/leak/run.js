'use strict'

// Connections opened, used, idled and closed in rounds, half by the peer and half by Node after
// its last look: nothing of a connection stays behind. The bare server in the same run shows
// what Node itself keeps.
//
//   npm run test:leak                    Node 18 to 26
//   npm run test:leak -- 24.21.0         these

const { planLbSafeTimeouts } = require('../..')
const { lines, ensureNode } = require('../../scripts/nodes')
const { startServer } = require('../helpers/child')
const { openUsed } = require('../helpers/peer')

const rounds = 12
const warmUp = 2 // rounds in which Node itself fills its caches
const connections = 1000
const idleTimeoutMs = 1000
const marginMs = 100
const leakBytes = 100 // of heap per connection; a socket that is kept has thousands

async function round (server) {
  const peers = await openUsed(server.port, connections)
  peers.forEach((peer, i) => { if (i % 2 === 0) peer.socket.end() })
  await Promise.all(peers.map((peer) => peer.closed))
}

async function measure (version, options) {
  const { after } = planLbSafeTimeouts({ idleTimeoutMs, marginMs }, { nodeVersion: version, keepAliveTimeout: 5 })
  const server = await startServer(ensureNode(version), { settings: after, options, silent: true }, ['--expose-gc'])
  try {
    let before
    for (let i = 0; i < rounds; i++) {
      if (i === warmUp) before = await server.ask('usage')
      await round(server)
    }
    const now = await server.ask('usage')
    const status = options === null ? null : await server.ask('status')
    return {
      bytes: (now.heapUsed - before.heapUsed) / ((rounds - warmUp) * connections),
      descriptors: now.descriptors - before.descriptors,
      listeners: now.listeners - before.listeners,
      status
    }
  } finally {
    await server.stop()
  }
}

async function main (versions) {
  for (const version of versions) {
    const [bare, ours] = await Promise.all([measure(version, null), measure(version, { idleTimeoutMs, marginMs })])
    const { idleCloses, open } = ours.status
    // on a slow machine Node's deadline may come before a peer's turn to close
    const used = idleCloses.byPeer + idleCloses.byNode === rounds * connections &&
      Math.min(idleCloses.byPeer, idleCloses.byNode) >= rounds * connections / 4
    const good = used && open === 0 && ours.bytes < leakBytes && ours.descriptors === 0 && ours.listeners === 0
    if (!good) process.exitCode = 1
    console.log(`${good ? 'ok' : 'not ok'} Node ${version}: ${rounds * connections} connections, ${idleCloses.byPeer} closed by the peer ` +
      `and ${idleCloses.byNode} by Node; growth per connection in the last ${(rounds - warmUp) * connections}: ` +
      `heap ${ours.bytes.toFixed(1)} bytes (bare ${bare.bytes.toFixed(1)}), descriptors ${ours.descriptors}, listeners ${ours.listeners}`)
  }
}

const given = process.argv.slice(2)
main(given.length > 0 ? given : lines)
