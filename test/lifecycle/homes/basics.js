'use strict'

// Prints whether native code works here, and what came of asking everything.

const fs = require('node:fs')
const lbst = require('../../..')
const { useAll } = require('../stages')

let outcome = 'fine'
try {
  useAll()
  lbst.readLbMetadata('listener:\n  idle_timeout: 5\n', { format: 'envoy' })
} catch (error) {
  outcome = error.code ?? error.stack
}
if (outcome === 'LBST_E_BAD_METADATA' || outcome === 'LBST_E_UNKNOWN_FORMAT') outcome = 'fine' // YAML was read
fs.writeSync(1, `native ${lbst.native}, ${outcome}\n`)
