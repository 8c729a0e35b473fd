'use strict'

// The slow-reader race: Node's idle clock starts when the kernel has the last byte, and a slow
// reader gets it much later. How long was a reader idle, from its last byte to our FIN? Without
// us far less than the plan says (the control, in the same run); with us never less, and a
// request that the reader sends within the plan's time is answered.
//
//   npm run test:slow-reader                    all five Nodes
//   npm run test:slow-reader -- 24.21.0         these

const { once } = require('node:events')
const { planLbSafeTimeouts } = require('../..')
const { lines, ensureNode } = require('../../scripts/nodes')
const { startServer } = require('../helpers/child')
const { Peer } = require('../helpers/peer')

const idleTimeoutMs = 1000
const marginMs = 200
const planMs = idleTimeoutMs + marginMs
const controlMs = planMs / 2 // "far below": at most half of what the plan promises. The
const mayBeNearer = 1 // fastest reader may be nearer to it, but below it
const toleranceMs = 5 // two clocks: a timer may be 1 ms early, the kernel counts 4 ms ticks
const reuseMs = 900 // idle for so long, then the next request: well within the plan

// bytes of the answer, and how fast the reader takes it; whatever lies in the two kernels when
// Node has handed over its last byte takes 1.3 s or more to read, as it must for the control
const readers = [
  { bytes: 100e3, rate: 50e3 },
  { bytes: 500e3, rate: 200e3 },
  { bytes: 1e6, rate: 400e3 },
  { bytes: 3e6, rate: 1.2e6 },
  { bytes: 8e6, rate: 2e6 }
]

async function read (server, protocol, { bytes, rate }) {
  const peer = await Peer.connect(server.port, protocol, { rate })
  const status = await peer.request(`/big?bytes=${bytes}`, 'GET')
  return { peer, status }
}

/** How long the reader was idle until our FIN, or how it was cut off before its last byte. */
async function idleOf (server, protocol, reader) {
  const { peer, status } = await read(server, protocol, reader)
  if (status !== 200) return 0
  if (peer.how === 'open') await once(peer.socket, 'end')
  peer.destroy()
  return peer.endedAt - peer.lastByteAt
}

async function isReusable (server, protocol, reader) {
  const { peer, status } = await read(server, protocol, reader)
  if (status !== 200) return false
  await new Promise((resolve) => setTimeout(resolve, reuseMs))
  const again = await peer.request()
  peer.destroy()
  return again === 200
}

async function measure (version, protocol, options) {
  const { after } = planLbSafeTimeouts({ idleTimeoutMs, marginMs }, { nodeVersion: version, keepAliveTimeout: 5 })
  const server = await startServer(ensureNode(version), { protocol, settings: after, options })
  try {
    const idle = Promise.all(readers.map((reader) => idleOf(server, protocol, reader)))
    const reused = Promise.all(readers.map((reader) => isReusable(server, protocol, reader)))
    return { idle: await idle, reused: await reused }
  } finally {
    await server.stop()
  }
}

async function main (versions) {
  console.log(`plan ${planMs} ms; readers: ${readers.map(({ bytes, rate }) => `${bytes / 1e6} MB at ${rate / 1e3} kB/s`).join(', ')}`)
  for (const version of versions) {
    for (const protocol of ['http', 'https']) {
      const bare = await measure(version, protocol, null)
      const ours = await measure(version, protocol, { idleTimeoutMs, marginMs })
      const proves = bare.idle.every((ms) => ms < planMs) && !bare.reused.includes(true) &&
        bare.idle.filter((ms) => ms > controlMs).length <= mayBeNearer
      const good = proves && ours.idle.every((ms) => ms >= planMs - toleranceMs) && !ours.reused.includes(false)
      if (!good) process.exitCode = 1
      console.log(`${good ? 'ok' : 'not ok'} Node ${version} ${protocol}: idle until our FIN, ` +
        `without us ${bare.idle.map(Math.round).join(' ')} ms, with us ${ours.idle.map(Math.round).join(' ')} ms; ` +
        `next request answered ${bare.reused.filter(Boolean).length} and ${ours.reused.filter(Boolean).length} of ${readers.length}` +
        (proves ? '' : '; the control did not lose: this run proves nothing'))
    }
  }
}

const given = process.argv.slice(2)
main(given.length > 0 ? given : lines)
