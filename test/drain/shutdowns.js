'use strict'

// npm run test:drain: requests lost per way of shutting down, on every supported line of
// Node. 200 connections in steady use, without any proxy and without retries.
//
//   node test/drain/shutdowns.js [--runs 20] [--nodes 18.20.8,24.21.0] [--only drain]
//
// Fails when drain() loses one, and when server.close() loses none: then nothing was shown.

const { parseArgs } = require('node:util')
const { ensureNode, lines } = require('../../scripts/nodes')
const { shutDownOnce } = require('./support/shut-down')
const { ensurePeers } = require('./support/start-backend')

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    nodes: { type: 'string', default: lines.join(',') },
    only: { type: 'string' }
  }
})

const connections = 200
const control = 'server.close()'
const drainOptions = { windowMs: 300, deadlineMs: 3000 }

// what the process may need beyond its deadline to end
const exitMsMax = 1000

// server.close() on a line where it spares idle connections waits for its clients: they leave
const patienceMs = 1000

const cases = values.only?.split(',') ?? [control, 'http-terminator', '@godaddy/terminus', 'stoppable', 'http-graceful-shutdown', 'lightship', 'fastify', 'drain']

async function runCase (version, how) {
  const total = { lost: 0, sent: 0, slowestMs: 0, reasons: {}, saved: 0 }
  for (let run = 0; run < Number(values.runs); run++) {
    const patience = how === 'drain' ? drainOptions.deadlineMs : patienceMs
    const { lost, sent, tookMs, reasons, report } = await shutDownOnce(ensureNode(version), { how, options: drainOptions, connections, patienceMs: patience })
    total.lost += lost
    total.sent += sent
    total.slowestMs = Math.max(total.slowestMs, tookMs)
    for (const [reason, count] of Object.entries(reasons)) total.reasons[reason] = (total.reasons[reason] ?? 0) + count
    if (how === 'drain' && report?.gate !== 'closed') throw new Error(`drain() without a gate: ${JSON.stringify(report)}`)
  }
  return total
}

async function main () {
  ensurePeers()
  let failed = 0
  let passed = 0
  const lostByCase = Object.fromEntries(cases.map((how) => [how, 0]))
  for (const version of values.nodes.split(',')) {
    for (const how of cases) {
      const total = await runCase(version, how)
      lostByCase[how] += total.lost
      const isRight = how !== 'drain' || (total.lost === 0 && total.slowestMs <= drainOptions.deadlineMs + exitMsMax)
      if (isRight) passed++
      else failed++
      console.log(`${isRight ? 'ok' : 'not ok'} Node ${version} ${how}: ${total.lost} of ${total.sent} requests lost in ${values.runs} shutdowns of ${connections} connections, slowest ${Math.round(total.slowestMs)} ms ${total.lost > 0 ? JSON.stringify(total.reasons) : ''}`)
    }
  }
  if (lostByCase[control] === 0) {
    failed++
    console.log(`not ok ${control} lost nothing: this run proves nothing`)
  }
  console.log(Object.entries(lostByCase).map(([how, lost]) => `${how} ${lost}`).join(', '))
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

main()
