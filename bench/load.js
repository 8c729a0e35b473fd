'use strict'

// The load of the bench, in a process of its own:  node load.js <plain port> <safe port>
// Sends one message: samples of requests per second, [{ plain, safe }], each of the two from
// two slices taken in turns.

const { sendRequests } = require('./rate')
const { exitWithParent } = require('../test/support/child')

const secondsWarm = 1 // until the servers' code is compiled
const sampleCount = 6

// short, so that what else goes on in the machine meets both alike
const sliceSeconds = 0.4

const urls = {
  plain: `http://127.0.0.1:${process.argv[2]}`,
  safe: `http://127.0.0.1:${process.argv[3]}`
}

async function main () {
  for (const url of Object.values(urls)) await sendRequests(url, secondsWarm)
  const samples = []
  for (let sample = 0; sample < sampleCount; sample++) {
    const [outer, inner] = sample % 2 === 0 ? ['plain', 'safe'] : ['safe', 'plain']
    const rates = { plain: 0, safe: 0 }
    for (const kind of [outer, inner, inner, outer]) rates[kind] += (await sendRequests(urls[kind], sliceSeconds)).perSecond / 2
    samples.push(rates)
  }
  process.send(samples)
}

exitWithParent()
main()
