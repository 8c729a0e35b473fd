'use strict'

// What a server needs for connections that were used once and are idle.

const { startBackend } = require('../../test/drain/support/start-backend')
const { openUsed } = require('../../test/helpers/peer')

// what the server compiles and caches at its first connections is not theirs
const warmCount = 1000

async function close (peers) {
  for (const { socket } of peers) socket.end()
  await Promise.all(peers.map((peer) => peer.closed))
}

/** MB more with `idleConnections` idle connections than with none: of the heap, and of the process. */
async function measureMemory ({ node, subject: { how }, idleConnections, windowMs }) {
  const backend = await startBackend(node, { how, options: { windowMs } }, ['--expose-gc'])
  try {
    await close(await openUsed(backend.port, warmCount))
    const before = await backend.usage()
    const peers = await openUsed(backend.port, idleConnections)
    const after = await backend.usage()
    await close(peers)
    const used = ({ heapUsed, external }) => heapUsed + external
    return { heapMb: (used(after) - used(before)) / 1e6, rssMb: (after.rss - before.rss) / 1e6 }
  } finally {
    backend.child.kill('SIGKILL')
    await backend.exited
  }
}

module.exports = { measureMemory }
