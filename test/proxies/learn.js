'use strict'

// The load balancer's idle timeout, learned from the connections that it closes: against real
// proxies with three values each. Either within 100 ms of what is configured, or "unproven".
//
//   npm run test:learn                    all proxies
//   npm run test:learn -- nginx caddy     these

const { startServer } = require('../helpers/child')
const { Peer } = require('../helpers/peer')
const { startProxy } = require('../support/proxies')

const idlesMs = [2000, 3000, 4000]
const connections = 24
const spreadMs = 6000 // they become idle over so long a time: at all phases of any sweep
const toleranceMs = 100
const settleMs = 2500 // Traffic Server closes up to a second late
const lazy = ['haproxy', 'apache'] // they have no timer: a number would be a wrong one
const timed = ['nginx', 'caddy', 'varnish']

function delay (ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function ask (port, path) {
  const peer = await Peer.connect(port)
  const status = await peer.request(path, 'GET')
  peer.destroy()
  return status
}

/** `connections` requests at a time, each on an upstream connection of its own. */
async function fillPool (port) {
  const slots = Array.from({ length: connections }, (_, i) => 200 + (i + Math.random()) * spreadMs / connections)
  const statuses = await Promise.all(slots.map((ms) => ask(port, `/slow?ms=${Math.round(ms)}`)))
  const failed = statuses.filter((status) => status !== 200)
  if (failed.length > 0) throw new Error(`the proxy answered ${failed}`)
}

async function learn (name, idleMs) {
  // told wrong on purpose: what is learned must come from what was seen
  const server = await startServer(process.execPath, { options: { idleTimeoutMs: 30000 } })
  const proxy = await startProxy(name, { upstreams: [server.port], routing: 'balance', retries: 'off', idleMs })
  try {
    await fillPool(proxy.port)
    await delay(idleMs + settleMs)
    // a proxy without a timer of its own closes what is stale when it is used again
    if (lazy.includes(name)) {
      await fillPool(proxy.port)
      await delay(500)
    }
    return await server.ask('status')
  } finally {
    await proxy.stop()
    await server.stop()
  }
}

function judge (name, idleMs, { learned, verdict }) {
  if (learned.idleTimeoutMs === null) return !timed.includes(name) && verdict !== 'safe'
  return !lazy.includes(name) && Math.abs(learned.idleTimeoutMs - idleMs) <= toleranceMs
}

async function main (names) {
  for (const name of names) {
    // all of them are over, and their proxies stopped, before one failure is told
    const learned = await Promise.allSettled(idlesMs.map((idleMs) => learn(name, idleMs)))
    const found = learned.map(({ value, reason }) => {
      if (reason) throw reason
      return value
    })
    const good = found.every((status, i) => judge(name, idlesMs[i], status))
    if (!good) process.exitCode = 1
    const words = found.map(({ learned, verdict, peerIdleMs }, i) => `${idlesMs[i]} ms: ` +
      (learned.idleTimeoutMs === null
        ? `${verdict} (${learned.kind}, ${learned.samples} closes${peerIdleMs === null ? '' : ` after ${peerIdleMs.min} to ${peerIdleMs.max} ms`})`
        : `learned ${learned.idleTimeoutMs} from ${learned.agreeing} of ${learned.samples}`))
    console.log(`${good ? 'ok' : 'not ok'} ${name}: configured ${words.join('; ')}`)
  }
}

const given = process.argv.slice(2)
main(given.length > 0 ? given : [...timed, 'trafficserver', ...lazy])
