'use strict'

const http = require('node:http')
const { quartiles } = require('./quartiles')

const batchCount = 60
const callsPerBatch = 100

/** µs for one applyLbSafeTimeouts() on a server that it has not seen. */
function measureCall () {
  const { applyLbSafeTimeouts } = require('..')
  const samples = []
  for (let batch = 0; batch < batchCount; batch++) {
    const servers = Array.from({ length: callsPerBatch }, () => http.createServer())
    const startedAt = process.hrtime.bigint()
    for (const server of servers) applyLbSafeTimeouts(server, { lb: 'aws-alb' })
    samples.push(Number(process.hrtime.bigint() - startedAt) / 1000 / callsPerBatch)
  }
  return quartiles(samples)
}

module.exports = { measureCall }
