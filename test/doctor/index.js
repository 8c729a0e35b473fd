'use strict'

// doctor against servers with known settings on real Nodes, and against nginx, Apache and Caddy.
//
//   node test/doctor/index.js [version ...]
//
// Exit 0: each verdict is as the table says, and each close within the model's bounds.

const { ensureNode, lines } = require('../../scripts/nodes')
const { cases } = require('./cases')
const { toleranceMs } = require('./compare')
const { runCases } = require('./run')
const { runOthers } = require('./others')

const connections = 5
const atOnce = 4

// What a busy machine leaves of the control must still be this many closes.
const controlsMin = 20
const runsMax = 3

/** One run of the table: { good, busy }, where busy means that it proved nothing. */
async function runOnce (version) {
  const onCase = (row, report, wrong) => {
    for (const why of wrong) console.log(`not ok Node ${version} ${row.name}: ${why}`)
  }
  const sum = await runCases({ version, execPath: ensureNode(version) }, cases, { connections, atOnce, onCase })
  const beyond = sum.beyond.sort((a, b) => a - b)
  const within = beyond.filter((ms) => ms <= toleranceMs).length
  // noise makes some closes late; most of them it must not
  const medianMs = beyond[beyond.length >> 1]
  const busy = medianMs > toleranceMs || sum.controls < controlsMin
  const good = sum.wrong === 0 && sum.controlsLost === sum.controls
  console.log(`${good && !busy ? 'ok' : 'not ok'} Node ${version}: ${sum.cases - sum.wrong} of ${sum.cases} cases; ${sum.closes} closes, ` +
    `${within} within ${toleranceMs} ms of the model's bounds (median ${medianMs.toFixed(2)}, worst ${beyond[beyond.length - 1].toFixed(1)} ms beyond), ` +
    `of the ${sum.quiet} that no control disturbed ${sum.quietWithin}; ${sum.open} stayed open; ${sum.repeated} cases repeated on a busy machine; ` +
    `the mistaken model was found out in ${sum.controlsLost} of ${sum.controls}${busy ? ': the machine was too busy to prove anything' : ''}`)
  return { good, busy }
}

/** A run that proved nothing is repeated; one that found something wrong is not. */
async function runVersion (version) {
  for (let i = 0; i < runsMax; i++) {
    const { good, busy } = await runOnce(version)
    if (!good || !busy) return good
  }
  return false
}

async function main () {
  const started = Date.now()
  let good = true
  for (const version of process.argv.length > 2 ? process.argv.slice(2) : lines) good = await runVersion(version) && good
  good = await runOthers() && good
  console.log(`${good ? 'all as it must be' : 'NOT as it must be'}, in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  process.exitCode = good ? 0 : 1
}

main()
