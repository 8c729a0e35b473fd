'use strict'

// Samples of all rounds -> the figures of the file. Where the machine decides more than the
// package, each sample is compared with Node alone in the same round.

const { quartiles } = require('../quartiles')

const control = 'bare'

function plain (samples, id, key) {
  return quartiles(samples[id].map((sample) => sample[key]))
}

/** Each sample as a part of that of Node alone in the same round. */
function ratio (samples, id, key) {
  return quartiles(samples[id].map((sample, round) => sample[key] / samples[control][round][key]))
}

function sum (list, key) {
  return list.reduce((total, one) => total + one[key], 0)
}

function summarize (id, { load, throughput, memory, shutdown }) {
  return {
    loadMs: plain(load, id, 'loadMs'),
    useMs: plain(load, id, 'useMs'),
    requestsPerSecond: plain(throughput, id, 'requestsPerSecond'),
    throughputRatio: ratio(throughput, id, 'requestsPerSecond'),
    cpuUs: plain(throughput, id, 'cpuUs'),
    cpuRatio: ratio(throughput, id, 'cpuUs'),
    heapMb: plain(memory, id, 'heapMb'),
    rssMb: plain(memory, id, 'rssMb'),
    shutdownMs: plain(shutdown, id, 'shutdownMs'),
    lostPerShutdown: plain(shutdown, id, 'lost'),
    lost: sum(shutdown[id], 'lost'),
    sent: sum(shutdown[id], 'sent')
  }
}

module.exports = { summarize }
