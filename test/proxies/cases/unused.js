'use strict'

// A connection that was opened in advance and never used: Node closes it when headersTimeout
// is over, whatever keepAliveTimeout says. Of the seven proxies Squid opens connections in
// advance (cache_peer standby=N); for the others the driver does what cloud load balancers do.
// The server ends each connection after one answer, so that every request meets a new one.

const { setTimeout: wait } = require('node:timers/promises')
const { findUnusedAims } = require('../aims')
const { Client } = require('../client')
const { driver } = require('../coverage')
const { planLanes } = require('../lanes')
const { Ledger } = require('../ledger')

const lanesPerMethod = 64
const onlyAnswer = '?last'

// an answer on a connection younger than this has not met one that was opened in advance
const oldMs = 500

// connections are left alone so often, in a row, by a proxy that opens none any more
const missesMax = 20
// a proxy opens a connection in advance within this, or never
const openMsMax = 10000

/** The driver: opens a connection, lets it lie, uses it once. */
function startDriver (rig, relays) {
  return relays.map(({ port }) => ({
    client: new Client({ port, secure: rig.cell.upstream === 'https' }),
    async open () {
      await this.client.open()
      return { bornAt: performance.now(), isUnused: () => true }
    }
  }))
}

/** Connections that a proxy has opened to one relay, as the relay sees them. */
class Standby {
  constructor (client) {
    this.client = client
    this.connections = new Set()
  }

  add (socket) {
    const connection = { bornAt: performance.now(), used: false, isUnused: () => !connection.used && this.connections.has(connection) }
    this.connections.add(connection)
    socket.once('data', () => { connection.used = true })
    socket.once('close', () => this.connections.delete(connection))
    this.onAdded?.()
  }

  /** The oldest connection that carried no request yet. */
  async open () {
    for (;;) {
      const unused = [...this.connections].find((connection) => connection.isUnused())
      if (unused !== undefined) return unused
      const added = new Promise((resolve) => { this.onAdded = resolve })
      const timer = new AbortController()
      const late = wait(openMsMax, 'late', { signal: timer.signal }).catch(() => {})
      if (await Promise.race([added, late]) === 'late') throw new Error(`no connection was opened in advance within ${openMsMax} ms`)
      timer.abort()
    }
  }
}

async function run (rig) {
  const { cell } = rig
  const server = await rig.startServer()
  const lanes = planLanes(cell.methods, findUnusedAims(cell, cell.proxy), lanesPerMethod)
  const ledger = new Ledger(rig.tally)
  ledger.isMet = ({ requests, ageMs }) => requests === 1 && ageMs > oldMs
  let sources
  if (cell.proxy === driver.id) {
    sources = startDriver(rig, await rig.startRelays(server.port, lanes.length))
  } else {
    sources = lanes.map(() => new Standby())
    const relays = await rig.startRelays(server.port, lanes.length, (near, index) => sources[index].add(near))
    const proxy = await rig.startProxy({ upstreams: relays.map(({ port }) => port), standby: 1 })
    for (const source of sources) source.client = new Client({ port: proxy.port })
  }

  async function drive ({ method, prefix, fromMs, toMs }, index) {
    const source = sources[index]
    let misses = 0
    // Squid begins to open connections in advance with the first request
    if (cell.proxy !== driver.id) await ledger.prime(source.client, method, prefix, onlyAnswer)
    for (let left = Math.ceil(cell.attempts / lanesPerMethod); left > 0 && misses < missesMax;) {
      const connection = await source.open()
      const ageMs = performance.now() - connection.bornAt
      await wait(Math.max(0, fromMs + (toMs - fromMs) * Math.random() - ageMs))
      if (!connection.isUnused()) {
        misses++
        continue
      }
      misses = 0
      left--
      await ledger.send(source.client, method, prefix, onlyAnswer)
    }
    source.client.close()
  }

  await Promise.all(lanes.map(drive))
  return ledger
}

module.exports = { run }
