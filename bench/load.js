'use strict'

// The load of the bench, in a process of its own:  node load.js <port>

const autocannon = require('autocannon')
const { exitWithParent } = require('../test/support/child')

const connections = 32
const seconds = 2
const secondsWarm = 1 // until the server's code is compiled

async function main () {
  const url = `http://127.0.0.1:${process.argv[2]}`
  await autocannon({ url, connections, duration: secondsWarm })
  const { requests, errors, non2xx, duration } = await autocannon({ url, connections, duration: seconds })
  process.send({ requestsPerSecond: requests.total / duration, failures: errors + non2xx })
}

exitWithParent()
main()
