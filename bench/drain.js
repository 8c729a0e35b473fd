'use strict'

// How long a drain takes, and what it costs the process, with 10, 1,000 and 10,000
// connections, beside server.close() and http-terminator. All connections are in use: each
// client sends the next request some time after the last answer.
//
//   node bench/drain.js [--connections 10,1000,10000] [--runs 3]

const { parseArgs } = require('node:util')
const { Load } = require('../test/drain/support/load')
const { ensurePeers, startBackend } = require('../test/drain/support/start-backend')

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '10,1000,10000' },
    runs: { type: 'string', default: '3' }
  }
})

const options = { windowMs: 300, deadlineMs: 25000 }
// what one core can serve and a second one can ask for
const requestsPerSecond = 2000
const gapMsMin = 50
// server.close() alone waits for its clients for ever where they stay in use
const patienceMs = 10000

const ways = ['server.close() and closeIdleConnections()', 'http-terminator', 'drain']

async function run (how, connections) {
  const backend = await startBackend(process.execPath, { how, options })
  const gapMs = Math.max(gapMsMin, connections / requestsPerSecond * 1000)
  const load = new Load({ port: backend.port, connections, gapMs: [gapMs / 2, gapMs * 1.5] })
  await load.answered(connections * 2)
  const { tookMs, report } = await backend.shutdown(patienceMs + options.deadlineMs)
  await load.stop()
  return { tookMs, lost: load.counts.lost, report, gapMs }
}

async function main () {
  ensurePeers()
  for (const connections of values.connections.split(',').map(Number)) {
    for (const how of ways) {
      const found = []
      for (let i = 0; i < Number(values.runs); i++) found.push(await run(how, connections))
      const times = found.map(({ tookMs }) => Math.round(tookMs)).sort((a, b) => a - b)
      const lost = found.map((one) => one.lost)
      console.log(`${connections} connections, each used every ${found[0].gapMs} ms on average, ${how}: ended after ${times.join(', ')} ms, lost ${lost.join(', ')}`)
    }
  }
}

main()
