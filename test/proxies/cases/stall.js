'use strict'

// The stall race: the server's event loop is blocked when requests come on idle connections,
// and until after its own idle deadline. They lie in the kernel's receive buffer by then. Here
// the lanes do go in lock-step: one stall is for all of them.

const { setTimeout: wait } = require('node:timers/promises')
const { once } = require('node:events')
const { Client } = require('../client')
const { Ledger } = require('../ledger')
const { planLanes } = require('../lanes')
const { delayMs, lbIdleMs, stallMarginMs } = require('../settings')

const lanesPerMethod = 128

// an answer and the stall: no proxy closes a connection that young
const idleMs = 200
// the stall ends so long after the last deadline
const overrunMs = 250
// of a server that never closes an idle connection, as long as for one that does
const neverMs = 2 * lbIdleMs

async function run (rig) {
  const { methods, attempts } = rig.cell
  const server = await rig.startServer({ marginMs: stallMarginMs })
  const lanes = planLanes(methods, [{ share: 1 }], lanesPerMethod)
  const relays = await rig.startRelays(server.port, lanes.length)
  const proxy = await rig.startProxy({ upstreams: relays.map(({ port }) => port) })
  const ledger = new Ledger(rig.tally)
  const clients = lanes.map((lane) => ({ ...lane, client: new Client({ port: proxy.port }) }))
  const all = (how) => Promise.all(clients.map(({ client, method, prefix }) => ledger[how](client, method, prefix)))
  const closeMs = server.closeMs === Infinity ? neverMs : server.closeMs

  for (let round = Math.ceil(attempts / lanesPerMethod); round > 0; round--) {
    await all('prime')
    const deadlineAt = performance.now() + delayMs + closeMs
    await wait(idleMs)
    const stalling = once(server.child, 'message')
    server.child.send({ what: 'stall', ms: Math.ceil(deadlineAt + overrunMs - performance.now()) })
    await Promise.race([stalling, server.died])
    await all('send')
  }
  for (const { client } of clients) client.close()
  return ledger
}

module.exports = { run }
