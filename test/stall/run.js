'use strict'

// The stall race: the event loop is blocked past the idle deadline while the next request lies
// in the kernel's receive buffer. Without a last look all of these are lost (the control, in
// the same run); with it all are answered. Prints one line of figures per Node and protocol.
//
//   npm run test:stall                    all five Nodes
//   npm run test:stall -- 24.21.0         these

const fs = require('node:fs')
const { setImmediate } = require('node:timers/promises')
const { planLbSafeTimeouts } = require('../..')
const { lines, ensureNode } = require('../../scripts/nodes')
const { startServer } = require('../helpers/child')
const { Peer, now } = require('../helpers/peer')

const kinds = ['io', 'immediate', 'stop']
const connections = 170 // of each kind: 510 requests per Node and protocol
const idleTimeoutMs = 1000
const marginMs = 200
const leadMs = 250 // the stall begins so long before the first deadline
const overrunMs = 250 // and ends so long after the last one
const safetyMs = 20 // a request written later than this before the deadline proves nothing

function delay (ms) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
}

/** Resolves when the kernel has really stopped the process; until then it may fetch events. */
async function stopped (pid) {
  while (!/^\d+ \(.*\) T/.test(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'))) await setImmediate()
}

/** Blocks the server in the way of `kind`; resolves when it is blocked. */
async function block (server, control, kind, ms) {
  if (kind === 'stop') {
    server.child.kill('SIGSTOP')
    setTimeout(() => server.child.kill('SIGCONT'), ms)
    await stopped(server.child.pid)
    return
  }
  const stalled = server.stalled()
  control.request(`/stall-${kind}?ms=${Math.ceil(ms)}`, 'GET')
  await stalled
}

/** One round: how many of `connections` requests were answered, and how many count at all. */
async function round (server, protocol, kind, timerMs) {
  const control = await Peer.connect(server.port, protocol)
  const peers = []
  for (let i = 0; i < connections; i++) peers.push(await Peer.connect(server.port, protocol))
  const firstAt = now()
  const statuses = await Promise.all(peers.map((peer) => peer.request()))
  if (statuses.some((status) => status !== 200)) throw new Error('the first requests must be answered')
  const firstDeadline = firstAt + timerMs
  const lastDeadline = now() + timerMs

  await delay(firstDeadline - leadMs - now())
  await block(server, control, kind, lastDeadline + overrunMs - now())
  const answers = peers.map((peer) => peer.request())
  const results = await Promise.all(answers)
  const inTime = peers.filter((peer) => peer.writtenAt < firstDeadline - safetyMs).length
  for (const peer of [...peers, control]) peer.destroy()
  return { answered: results.filter((status) => status === 200).length, inTime }
}

async function measure (version, protocol, options) {
  // the bare server has the same timeouts, so that nothing but the last look is compared
  const plan = planLbSafeTimeouts({ idleTimeoutMs, marginMs }, { nodeVersion: version, keepAliveTimeout: 5 })
  const settings = { ...plan.after }
  const server = await startServer(ensureNode(version), { protocol, settings, options })
  const total = { answered: 0, inTime: 0 }
  const byKind = {}
  try {
    for (const kind of kinds) {
      const { answered, inTime } = await round(server, protocol, kind, plan.idleCloseMs.earliest + 1)
      byKind[kind] = answered
      total.answered += answered
      total.inTime += inTime
    }
  } finally {
    await server.stop()
  }
  return { ...total, byKind }
}

async function main (versions) {
  const wanted = kinds.length * connections
  let failures = 0
  console.log(`${wanted} requests each: ${connections} in an I/O callback, in setImmediate, and under SIGSTOP`)
  for (const version of versions) {
    for (const protocol of ['http', 'https', 'http2']) { // HTTP/1 on each of them
      const bare = await measure(version, protocol, null)
      const ours = await measure(version, protocol, { idleTimeoutMs, marginMs })
      const proves = bare.answered === 0 && bare.inTime === wanted && ours.inTime === wanted
      const good = proves && ours.answered === wanted
      if (!good) failures++
      console.log(`${good ? 'ok' : 'not ok'} Node ${version} ${protocol}: without us ` +
        `${wanted - bare.answered} of ${wanted} lost, with us ${wanted - ours.answered} lost` +
        (good ? '' : ` (in time: ${bare.inTime}, ${ours.inTime}; answered: ${JSON.stringify([bare.byKind, ours.byKind])})`) +
        (proves ? '' : '; the control did not lose all: this run proves nothing'))
    }
  }
  process.exitCode = failures === 0 ? 0 : 1
}

const given = process.argv.slice(2)
main(given.length > 0 ? given : lines)
