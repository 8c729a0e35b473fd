'use strict'

// The load of the bench, in a process of its own:  node load.js <plain port> <safe port>
// Sends one message: samples [{ plain, safe }], each of the two { perSecond, cpuUs } from two
// slices taken in turns: requests per second, and the server's processor time for one.

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

async function readCpuUs (url) {
  const response = await fetch(`${url}/usage`)
  return Number(await response.text())
}

async function measure (url) {
  const before = await readCpuUs(url)
  const { total, perSecond } = await sendRequests(url, sliceSeconds)
  return { perSecond, cpuUs: (await readCpuUs(url) - before) / total }
}

async function main () {
  for (const url of Object.values(urls)) await sendRequests(url, secondsWarm)
  const samples = []
  for (let sample = 0; sample < sampleCount; sample++) {
    const [outer, inner] = sample % 2 === 0 ? ['plain', 'safe'] : ['safe', 'plain']
    const means = { plain: { perSecond: 0, cpuUs: 0 }, safe: { perSecond: 0, cpuUs: 0 } }
    for (const kind of [outer, inner, inner, outer]) {
      const { perSecond, cpuUs } = await measure(urls[kind])
      means[kind].perSecond += perSecond / 2
      means[kind].cpuUs += cpuUs / 2
    }
    samples.push(means)
  }
  process.send(samples)
}

exitWithParent()
main()
