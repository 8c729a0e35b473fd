'use strict'

// npm run bench:peers
//
// This package side by side with what people use instead: what an install brings, the time to
// load it, requests per second, memory of idle connections, and a shutdown under load with
// what it loses. Everybody has a turn in each round; medians and quartiles. Writes
// bench/peers.json, of which npm run report makes the page.
//
//   node bench/peers.js [--node 24.21.0] [--out bench/peers.json]
//   node bench/peers.js --quick   a minute, to see that it works; written to .cache/peers/quick.json

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { parseArgs } = require('node:util')
const { ensureNode } = require('../scripts/nodes')
const { ensurePeers } = require('../test/drain/support/start-backend')
const { describeCommit, describeMachine } = require('./machine')
const { install } = require('./peers/install')
const { measureLoadTime } = require('./peers/load-time')
const { measureMemory } = require('./peers/memory')
const { oneByOne, takeRounds } = require('./peers/rounds')
const { measureShutdown } = require('./peers/shutdown')
const { subjects } = require('./peers/subjects')
const { summarize } = require('./peers/summary')
const { measureThroughput } = require('./peers/throughput')
const { connections: loadConnections } = require('./rate')

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: '24.21.0' },
    quick: { type: 'boolean', default: false },
    out: { type: 'string' }
  }
})

// so few rounds show that it works, and are no figures to keep
const out = values.out ?? (values.quick ? path.join(__dirname, '..', '.cache', 'peers', 'quick.json') : path.join(__dirname, 'peers.json'))

const rounds = values.quick
  ? { load: 3, throughput: 1, memory: 1, shutdown: 2 }
  : { load: 30, throughput: 16, memory: 7, shutdown: 20 }

const settings = {
  loadConnections,
  idleConnections: 10000,
  shutdownConnections: 200,
  // longer than the limit of any package: a server that waits for its clients is seen to wait
  patienceMs: 10000,
  windowMs: 300 // of those who wait before they close
}

/** Runs one kind of measurement, and says how long it took. */
async function take (what, list, measure) {
  const startMs = performance.now()
  const samples = await takeRounds(list, rounds[what], measure)
  console.log(`${what}: ${rounds[what]} rounds in ${((performance.now() - startMs) / 1000).toFixed(0)} s`)
  return samples
}

function describe ({ lower, median, upper }, digits) {
  return `${median.toFixed(digits)} (${lower.toFixed(digits)} to ${upper.toFixed(digits)})`
}

function tell ({ name, version, install, figures }) {
  console.log(`\n${name}${version === null ? '' : ` ${version}`}
  install              ${(install.bytes / 1e6).toFixed(2)} MB, ${install.packages} packages
  require              ${describe(figures.loadMs, 1)} ms; and put to use ${describe(figures.useMs, 1)} ms
  requests per second  ${describe(figures.requestsPerSecond, 0)}; ${describe(figures.throughputRatio, 3)} of Node alone
  processor            ${describe(figures.cpuUs, 1)} µs a request; ${describe(figures.cpuRatio, 3)} of Node alone
  idle connections     ${describe(figures.heapMb, 1)} MB of heap, ${describe(figures.rssMb, 1)} MB of the process
  shutdown             ${describe(figures.shutdownMs, 0)} ms, ${figures.lost} of ${figures.sent} requests lost`)
}

async function main () {
  ensurePeers()
  const node = ensureNode(values.node)
  const startMs = performance.now()
  const { commit, dirty } = describeCommit()
  const [loadBefore] = os.loadavg()
  const list = subjects.map((subject) => ({ ...subject, ...install(subject) }))
  const context = { node, ...settings }
  const one = (measure) => oneByOne((subject) => measure({ ...context, subject }))
  const samples = {
    load: await take('load', list, one(measureLoadTime)),
    throughput: await take('throughput', list, (subjects) => measureThroughput({ ...context, subjects })),
    memory: await take('memory', list, one(measureMemory)),
    shutdown: await take('shutdown', list, one(measureShutdown))
  }
  const peers = list.map(({ id, name, version, install }) => ({ id, name, version, install, figures: summarize(id, samples) }))
  for (const peer of peers) tell(peer)
  const seconds = Math.round((performance.now() - startMs) / 1000)
  const result = { commit, dirty, date: new Date().toISOString(), seconds, machine: describeMachine(), loadBefore, node: values.node, rounds, settings, peers }
  fs.writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`)
  console.log(`\n${seconds} s; written: ${path.relative(process.cwd(), out)}`)
}

main().catch((error) => {
  console.error(`The comparison could not run: ${error.stack}`)
  process.exitCode = 1
})
