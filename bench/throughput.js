'use strict'

const path = require('node:path')
const { startChild } = require('../test/support/child')
const { quartiles } = require('./quartiles')

// Twins from new processes: one process can be faster than its twin for all of its life.
const twinsCount = 6

function script (name) {
  return path.join(__dirname, name)
}

/** Samples { plain, safe } of { perSecond, cpuUs } of two new servers. */
async function measureTwins (order) {
  const started = []
  try {
    const ports = {}
    for (const kind of order) {
      const server = await startChild(`the ${kind} server`, script('hello-server.js'), [kind])
      started.push(server)
      ports[kind] = server.ready.port
    }
    const load = await startChild('the load', script('load.js'), [ports.plain, ports.safe])
    started.push(load)
    return load.ready
  } finally {
    for (const child of started) await child.stop()
  }
}

async function measureThroughput () {
  const samples = []
  for (let twins = 0; twins < twinsCount; twins++) {
    const order = twins % 2 === 0 ? ['plain', 'safe'] : ['safe', 'plain']
    samples.push(...await measureTwins(order))
  }
  return {
    ratio: quartiles(samples.map(({ plain, safe }) => safe.perSecond / plain.perSecond)),
    cpuRatio: quartiles(samples.map(({ plain, safe }) => plain.cpuUs / safe.cpuUs)),
    plain: quartiles(samples.map(({ plain }) => plain.perSecond)),
    safe: quartiles(samples.map(({ safe }) => safe.perSecond))
  }
}

module.exports = { measureThroughput }
