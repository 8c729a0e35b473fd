'use strict'

const path = require('node:path')
const { startChild } = require('../test/support/child')
const { quartiles } = require('./quartiles')

// New processes for each pair: one process can be faster than its twin for all of its life.
const pairCount = 10

function startServer (kind) {
  return startChild(`the ${kind} server`, path.join(__dirname, 'hello-server.js'), [kind])
}

/** Requests per second of `server`, with the load from a process of its own. */
async function load (server) {
  const child = await startChild('the load', path.join(__dirname, 'load.js'), [server.ready.port])
  const { requestsPerSecond, failures } = child.ready
  await child.stop()
  if (failures > 0) throw new Error(`${failures} requests failed`)
  return requestsPerSecond
}

async function measureThroughput () {
  const samples = { ratio: [], plain: [], safe: [] }
  for (let pair = 0; pair < pairCount; pair++) {
    const kinds = pair % 2 === 0 ? ['plain', 'safe'] : ['safe', 'plain']
    const requestsPerSecond = {}
    for (const kind of kinds) {
      const server = await startServer(kind)
      try {
        requestsPerSecond[kind] = await load(server)
      } finally {
        await server.stop()
      }
      samples[kind].push(requestsPerSecond[kind])
    }
    samples.ratio.push(requestsPerSecond.safe / requestsPerSecond.plain)
  }
  return {
    ratio: quartiles(samples.ratio),
    plain: quartiles(samples.plain),
    safe: quartiles(samples.safe)
  }
}

module.exports = { measureThroughput }
