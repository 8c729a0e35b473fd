'use strict'

// What one or many passes counted, as people get it: names instead of indexes.

const { native } = require('../binding')

const hourMs = 3600000
const minuteMs = 60000
// Lines of a kind that are shown as evidence.
const evidenceMax = 5

function named (counts) {
  return Object.fromEntries(native().logNames().verdicts.map((name, index) => [name, counts[index]]))
}

function isoTime (ms) {
  return ms === null || ms === undefined ? null : new Date(ms).toISOString()
}

/** The public form of an entry; `text` only where it is shown. */
function publicEntry ({ line, verdict, time, method, status, target, why }) {
  return { line, verdict, time: isoTime(time), method, status, target, why }
}

function badEntry ({ line, why, text }) {
  return { line, why, text }
}

/** Rows of one flat list of numbers: key, target, a count per verdict. */
function * buckets (flat) {
  const width = 2 + native().logNames().verdicts.length
  for (let at = 0; at < flat.length; at += width) {
    yield { key: flat[at], target: flat[at + 1], counts: flat.slice(at + 2, at + width) }
  }
}

function addTo (map, key, counts) {
  const sum = map.get(key)
  if (sum === undefined) map.set(key, [...counts])
  else counts.forEach((count, index) => { sum[index] += count })
}

/** Adds up passes over any number of logs. */
class Sum {
  constructor () {
    const { verdicts, whys } = native().logNames()
    this.formats = new Set()
    this.lines = this.foreign = this.broken = this.outside = this.beyond = 0
    this.counts = verdicts.map(() => 0)
    this.whys = whys.map(() => 0)
    this.methods = new Map()
    this.targets = new Map()
    this.hours = new Map()
    this.minutes = new Map()
  }

  add (result) {
    for (const key of ['lines', 'foreign', 'broken', 'outside', 'beyond']) this[key] += result[key]
    this.formats.add(result.format)
    result.counts.forEach((count, index) => { this.counts[index] += count })
    result.whys.forEach((count, index) => { this.whys[index] += count })
    for (const [name, counts] of Object.entries(result.methods)) addTo(this.methods, name, counts)
    const names = new Map(result.targets.map(({ index, name }) => [index, name]))
    for (const { name, counts } of result.targets) addTo(this.targets, name, counts)
    for (const { key, counts } of buckets(result.hours)) addTo(this.hours, key, counts)
    for (const { key, target, counts } of buckets(result.minutes)) addTo(this.minutes, `${key} ${names.get(target) ?? ''}`, counts)
  }

  /** { format, lines, bad, counts }, the part that classifyLog() gives. */
  verdicts () {
    const formats = [...this.formats]
    return {
      format: formats.length === 1 ? formats[0] : formats.length === 0 ? null : 'mixed',
      lines: this.lines,
      bad: this.foreign + this.broken,
      counts: named(this.counts)
    }
  }

  /** All of it. Times are ISO 8601 in UTC. */
  report () {
    const { whys } = native().logNames()
    const total = (counts) => counts.reduce((sum, count) => sum + count, 0)
    const byRace = (a, b) => b.counts['keep-alive-race'] - a.counts['keep-alive-race'] || total(Object.values(b.counts)) - total(Object.values(a.counts))
    return {
      ...this.verdicts(),
      formats: [...this.formats],
      outside: this.outside,
      whys: Object.fromEntries(whys.map((why, index) => [why, this.whys[index]]).filter(([, count]) => count > 0)),
      methods: [...this.methods].filter(([, counts]) => total(counts) > 0).map(([name, counts]) => ({ name, counts: named(counts) })).sort(byRace),
      targets: [...this.targets].map(([name, counts]) => ({ name, counts: named(counts) })).sort(byRace),
      hours: [...this.hours].sort(([a], [b]) => a - b).map(([key, counts]) => ({ time: isoTime(key * hourMs), counts: named(counts) })),
      minutes: [...this.minutes].map(([key, counts]) => {
        const [minute, ...target] = key.split(' ')
        return { minute: Number(minute), time: isoTime(minute * minuteMs), target: target.join(' ') || null, counts: named(counts) }
      }).sort((a, b) => a.minute - b.minute),
      beyond: this.beyond
    }
  }
}

module.exports = { Sum, publicEntry, badEntry, isoTime, evidenceMax }
