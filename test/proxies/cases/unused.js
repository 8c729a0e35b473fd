'use strict'

// A connection that was opened in advance and never used: Node closes it when headersTimeout
// is over, whatever keepAliveTimeout says. Of the seven proxies Squid and Caddy open some
// (advance.js says how); for the others the driver does what cloud load balancers do. The
// server ends each connection after one answer, so that every request meets a new one.

const { setTimeout: wait } = require('node:timers/promises')
const { Connections, findDelayMs, sources } = require('../advance')
const { findUnusedAims } = require('../aims')
const { driver } = require('../coverage')
const { planLanes } = require('../lanes')
const { Ledger } = require('../ledger')

const lanesPerMethod = 64

// an answer on a connection younger than this has not met one that was opened in advance
const oldMs = 500

// as often in a row a connection may be closed before its time comes
const missesMax = 20

async function run (rig) {
  const { cell } = rig
  const server = await rig.startServer()
  const ms = findDelayMs(cell.proxy)
  const lanes = planLanes(cell.methods, findUnusedAims(cell, ms), lanesPerMethod)
  const ledger = new Ledger(rig.tally)
  ledger.isMet = ({ requests, ageMs }) => requests === 1 && ageMs > oldMs
  const connections = lanes.map(() => new Connections())
  const relays = await rig.startRelays(server.port, lanes.length, { delayMs: ms, onConnection: (near, index) => connections[index].add(near) })
  const isDriver = cell.proxy === driver.id
  const proxy = isDriver ? null : await rig.startProxy({ upstreams: relays.map(({ port }) => port), standby: 1 })

  async function drive ({ method, prefix, fromMs, toMs }, index) {
    const source = new sources[cell.proxy]({
      port: isDriver ? relays[index].port : proxy.port,
      secure: cell.upstream === 'https',
      connections: connections[index],
      send: (client, query) => ledger.prime(client, method, prefix, query)
    })
    let misses = 0
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
      await ledger.send(source.client, method, prefix, '?last')
    }
    source.client.close()
    source.other?.close()
  }

  await Promise.all(lanes.map(drive))
  return ledger
}

module.exports = { run }
