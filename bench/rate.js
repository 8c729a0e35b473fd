'use strict'

const autocannon = require('autocannon')

const connections = 32
const sampleInt = 50 // autocannon looks at its clock so often (ms); 1 s by default

/** What the server at `url` answers in `duration` seconds: { total, perSecond }. */
async function sendRequests (url, duration) {
  const { requests, errors, non2xx, duration: seconds } = await autocannon({ url, connections, duration, sampleInt })
  if (errors + non2xx > 0) throw new Error(`${errors + non2xx} requests to ${url} failed`)
  return { total: requests.total, perSecond: requests.total / seconds }
}

module.exports = { connections, sendRequests }
