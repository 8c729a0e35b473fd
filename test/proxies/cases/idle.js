'use strict'

// The idle race: the next request is sent just when the server, or the proxy, closes the idle
// connection.

const { findAims } = require('../aims')
const { driveLanes, findDriveMs, planLanes } = require('../lanes')
const { Ledger } = require('../ledger')

const lanesPerMethod = 128

/** What the cases with lanes have in common. */
async function startLanes (rig) {
  const { cell } = rig
  const server = await rig.startServer()
  const aims = findAims({ server: cell.server, closeMs: server.closeMs }, cell.proxy)
  const lanes = planLanes(cell.methods, aims, lanesPerMethod)
  const relays = await rig.startRelays(server.port, lanes.length)
  const proxy = await rig.startProxy({ upstreams: relays.map(({ port }) => port) })
  return { server, lanes, proxy, ledger: new Ledger(rig.tally), driveMs: findDriveMs(lanes, cell.methods, cell.attempts) }
}

async function run (rig) {
  const { lanes, proxy, ledger, driveMs } = await startLanes(rig)
  await driveLanes({ ledger, lanes, port: proxy.port, driveMs })
  return ledger
}

module.exports = { run, startLanes }
