'use strict'

const { startBackend } = require('../../test/drain/support/start-backend')
const { requestRate } = require('../rate')

const secondsWarm = 0.5
// short and in turns, so that what else goes on in the machine meets all alike
const sliceSeconds = 0.4
const passes = 4

/** One sample of requests per second of each of `subjects`, from servers that run side by side. */
async function measureThroughput ({ node, subjects, windowMs }) {
  const backends = []
  try {
    for (const { how } of subjects) backends.push(await startBackend(node, { how, options: { windowMs } }))
    const lanes = backends.map(({ port }) => ({ url: `http://127.0.0.1:${port}/`, rate: 0 }))
    for (const { url } of lanes) await requestRate(url, secondsWarm)
    for (let pass = 0; pass < passes; pass++) {
      for (const lane of pass % 2 === 0 ? lanes : [...lanes].reverse()) lane.rate += await requestRate(lane.url, sliceSeconds) / passes
    }
    return lanes.map(({ rate }) => ({ requestsPerSecond: rate }))
  } finally {
    for (const { child, exited } of backends) {
      child.kill('SIGKILL')
      await exited
    }
  }
}

module.exports = { measureThroughput }
