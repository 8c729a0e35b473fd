'use strict'

// What bench/peers.json has of each package, and where ours is behind.

const { list } = require('./words')

const exact = (value) => ({ lower: value, median: value, upper: value })

/**
 * `of` gives the quartiles of a peer; `why` is said where ours is worse than another one.
 */
const perRequest = 'per request only the accessors of the guard run, some nanoseconds; no package makes Node faster, so a ratio on the other side of 1 shows how far two rows of this machine lie apart'

const measures = [
  {
    key: 'installMb',
    title: 'Install, MB',
    digits: 2,
    isBetter: 'low',
    of: ({ install }) => exact(install.bytes / 1e6),
    why: 'a catalogue of load balancers, readers for their configuration (YAML and TOML are other people\'s parsers), a command line, and the native module built for several platforms and as WebAssembly'
  },
  {
    key: 'packages',
    title: 'Install, packages',
    digits: 0,
    isBetter: 'low',
    of: ({ install }) => exact(install.packages),
    why: 'itself, a YAML parser and a TOML parser, which have no dependencies'
  },
  {
    key: 'loadMs',
    title: 'require, ms',
    digits: 1,
    isBetter: 'low',
    of: ({ figures }) => figures.loadMs,
    why: 'more files; the native module is not among them'
  },
  {
    key: 'useMs',
    title: 'require and first use, ms',
    digits: 1,
    isBetter: 'low',
    of: ({ figures }) => figures.useMs,
    why: 'the first calls load the native module and the files of the drain'
  },
  {
    key: 'throughputRatio',
    title: 'Requests per second, of Node alone',
    digits: 3,
    isBetter: 'high',
    isRatio: true,
    of: ({ figures }) => figures.throughputRatio,
    why: perRequest
  },
  {
    key: 'cpuRatio',
    title: 'Processor time per request, of Node alone',
    digits: 3,
    isBetter: 'low',
    isRatio: true,
    of: ({ figures }) => figures.cpuRatio,
    why: perRequest
  },
  {
    key: 'heapMb',
    title: 'Heap for the idle connections, MB',
    digits: 1,
    isBetter: 'low',
    of: ({ figures }) => figures.heapMb,
    why: 'the last look and the evidence of each connection'
  },
  {
    key: 'rssMb',
    title: 'Process for the idle connections, MB',
    digits: 0,
    isBetter: 'low',
    of: ({ figures }) => figures.rssMb,
    why: 'the last look and the evidence of each connection'
  },
  {
    key: 'shutdownMs',
    title: 'Shutdown under load, ms',
    digits: 0,
    isBetter: 'low',
    of: ({ figures }) => figures.shutdownMs,
    why: 'on purpose: it announces the end and waits until the clients have left, which is why it loses nothing; windowMs sets the wait, which was cut short here: by default it is as long as the load balancer needs to learn of the end, up to 20 s'
  },
  {
    key: 'lostPerShutdown',
    title: 'Requests lost per shutdown',
    digits: 0,
    isBetter: 'low',
    of: ({ figures }) => figures.lostPerShutdown,
    why: 'a defect'
  }
]

/** For the README; the page has them all. */
const mainMeasures = ['installMb', 'packages', 'useMs', 'throughputRatio', 'heapMb', 'shutdownMs'].map((key) => measures.find((measure) => measure.key === key))

/** Whether all of the middle half of `one` is worse than that of `other`: no matter of noise. */
function isWorse (one, other, isBetter) {
  return isBetter === 'low' ? one.lower > other.upper : one.upper < other.lower
}

/** [{ measure, own, others }]: where ours is worse than `others`, the best of them first. */
function findBehind (peers) {
  const own = peers.find(({ id }) => id === 'ours')
  return measures.map((measure) => {
    const { of, isBetter, isRatio = false } = measure
    // as a part of itself Node alone is 1 without any spread: its twin stands for it
    const left = isRatio ? 'bare' : 'bare-again'
    const sign = isBetter === 'low' ? 1 : -1
    const others = peers
      .filter((peer) => peer.id !== left && isWorse(of(own), of(peer), isBetter))
      .sort((a, b) => sign * (of(a).median - of(b).median))
    return { measure, own, others }
  }).filter(({ others }) => others.length > 0)
}

/** What a published package would have on top; '' where nothing is missing. */
function tellMissing (peers) {
  const { install: { missing } } = peers.find(({ id }) => id === 'ours')
  return missing.length === 0 ? '' : ` The tarball is without the binaries for ${list(missing)}, which the machine of this run cannot make.`
}

function tellMedian ({ of, digits }, peer) {
  return of(peer).median.toFixed(digits)
}

module.exports = { findBehind, mainMeasures, measures, tellMedian, tellMissing }
