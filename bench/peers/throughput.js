'use strict'

const { startBackend } = require('../../test/drain/support/start-backend')
const { sendRequests } = require('../rate')

const secondsWarm = 0.5
// short and in turns, so that what else goes on in the machine meets all alike
const sliceSeconds = 0.4
const passes = 2

async function addSlice (lane) {
  const { backend } = lane
  const before = await backend.usage()
  const { total, perSecond } = await sendRequests(lane.url, sliceSeconds)
  const after = await backend.usage()
  lane.total += total
  lane.requestsPerSecond += perSecond / passes
  lane.cpuUs += after.cpuUs - before.cpuUs
}

/**
 * A sample of each of `subjects`, from servers that run side by side: requests per second, and
 * the processor time of the server for each of them, which other work hardly changes.
 */
async function measureThroughput ({ node, subjects, windowMs }) {
  const backends = []
  try {
    for (const { how } of subjects) backends.push(await startBackend(node, { how, options: { windowMs } }))
    const lanes = backends.map((backend) => ({ backend, url: `http://127.0.0.1:${backend.port}/`, total: 0, requestsPerSecond: 0, cpuUs: 0 }))
    for (const { url } of lanes) await sendRequests(url, secondsWarm)
    for (let pass = 0; pass < passes; pass++) {
      for (const lane of pass % 2 === 0 ? lanes : [...lanes].reverse()) await addSlice(lane)
    }
    return lanes.map(({ total, requestsPerSecond, cpuUs }) => ({ requestsPerSecond, cpuUs: cpuUs / total }))
  } finally {
    for (const { child, exited } of backends) {
      child.kill('SIGKILL')
      await exited
    }
  }
}

module.exports = { measureThroughput }
