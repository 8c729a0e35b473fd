'use strict'

// The load of the bench, in a process of its own:  node load.js <plain port> <safe port>
// Sends one message: samples [{ plain, safe }], each of the two { perSecond, cpuUs } from two
// slices taken in turns: requests per second, and the server's processor time for one.

const autocannon = require('autocannon')
const { exitWithParent } = require('../test/support/child')

const connections = 32
const secondsWarm = 1 // until the servers' code is compiled
const sampleCount = 6

// short, so that what else goes on in the machine meets both alike
const sliceSeconds = 0.4
const sampleInt = 50 // autocannon looks at its clock so often (ms); 1 s by default

const urls = {
  plain: `http://127.0.0.1:${process.argv[2]}`,
  safe: `http://127.0.0.1:${process.argv[3]}`
}

async function readCpuUs (kind) {
  const response = await fetch(`${urls[kind]}/usage`)
  return Number(await response.text())
}

async function measure (kind, duration = sliceSeconds) {
  const before = await readCpuUs(kind)
  const { requests, errors, non2xx, duration: seconds } = await autocannon({ url: urls[kind], connections, duration, sampleInt })
  if (errors + non2xx > 0) throw new Error(`${errors + non2xx} requests to the ${kind} server failed`)
  return { perSecond: requests.total / seconds, cpuUs: (await readCpuUs(kind) - before) / requests.total }
}

async function main () {
  await measure('plain', secondsWarm)
  await measure('safe', secondsWarm)
  const samples = []
  for (let sample = 0; sample < sampleCount; sample++) {
    const [outer, inner] = sample % 2 === 0 ? ['plain', 'safe'] : ['safe', 'plain']
    const means = { plain: { perSecond: 0, cpuUs: 0 }, safe: { perSecond: 0, cpuUs: 0 } }
    for (const kind of [outer, inner, inner, outer]) {
      const { perSecond, cpuUs } = await measure(kind)
      means[kind].perSecond += perSecond / 2
      means[kind].cpuUs += cpuUs / 2
    }
    samples.push(means)
  }
  process.send(samples)
}

exitWithParent()
main()
