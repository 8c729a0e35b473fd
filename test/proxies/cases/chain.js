'use strict'

// The idle race behind two proxies. The outer one keeps its connections to the inner one for
// less long than that one does, and repeats nothing: what is lost is lost between the inner
// proxy, which owns the pool to Node, and Node.

const { startProxy } = require('../../support/proxies')
const { driveLanes } = require('../lanes')
const { lbIdleMs } = require('../settings')
const { startLanes } = require('./idle')

async function run (rig) {
  const { lanes, proxy, ledger, driveMs } = await startLanes(rig)
  const outer = await rig.add(startProxy(rig.cell.chain, { routing: 'balance', upstreams: [proxy.port], retries: 'off', idleMs: lbIdleMs / 2 }))
  await driveLanes({ ledger, lanes, port: outer.port, driveMs })
  return ledger
}

module.exports = { run }
