'use strict'

// Samples of all rounds -> the figures of the file. Where the machine decides more than the
// package, each sample is compared with Node alone in the same round.

const { quartiles } = require('../quartiles')

const control = 'bare'

/** Quartiles of `tell(sample, sample of Node alone in the same round)`. */
function compare (samples, id, tell) {
  return quartiles(samples[id].map((sample, round) => tell(sample, samples[control][round])))
}

function sum (list, key) {
  return list.reduce((total, one) => total + one[key], 0)
}

function summarize (id, { load, throughput, memory, shutdown }) {
  return {
    loadMs: compare(load, id, (own, bare) => own.loadMs - bare.loadMs),
    useMs: compare(load, id, (own, bare) => own.useMs - bare.useMs),
    requestsPerSecond: quartiles(throughput[id].map(({ requestsPerSecond }) => requestsPerSecond)),
    throughputRatio: compare(throughput, id, (own, bare) => own.requestsPerSecond / bare.requestsPerSecond),
    heapMb: quartiles(memory[id].map(({ heapMb }) => heapMb)),
    rssMb: quartiles(memory[id].map(({ rssMb }) => rssMb)),
    shutdownMs: quartiles(shutdown[id].map(({ shutdownMs }) => shutdownMs)),
    lostPerShutdown: quartiles(shutdown[id].map(({ lost }) => lost)),
    lost: sum(shutdown[id], 'lost'),
    sent: sum(shutdown[id], 'sent')
  }
}

module.exports = { summarize }
