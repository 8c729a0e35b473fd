'use strict'

// What one or many passes counted, as people get it: names instead of indexes.

const { native } = require('../binding')

const hourMs = 3600000
const minuteMs = 60000
// Lines of a kind that are shown as evidence.
const evidenceMax = 5

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

/** Adds `kinds` counts, which stand in `counts` from `at` on, to those of `key`. */
function addTo (map, key, counts, at = 0, kinds = counts.length) {
  const sum = map.get(key)
  if (sum !== undefined) {
    for (let i = 0; i < kinds; i++) sum[i] += counts[at + i]
    return
  }
  const first = []
  for (let i = 0; i < kinds; i++) first.push(counts[at + i])
  map.set(key, first)
}

/** Adds up passes over any number of logs. */
class Sum {
  /** `minutes`: whether all of them are wanted, or only those in which a race was lost. */
  constructor ({ minutes = true } = {}) {
    const { verdicts, whys } = native().logNames()
    this.allMinutes = minutes
    this.race = verdicts.indexOf('keep-alive-race')
    this.verdictNames = verdicts
    this.whyTexts = whys
    this.formats = new Set()
    this.lines = this.foreign = this.broken = this.outside = this.beyond = 0
    this.counts = verdicts.map(() => 0)
    this.whys = whys.map(() => 0)
    this.methods = new Map()
    this.targets = new Map()
    this.hours = new Map()
    this.minutes = new Map() // by target, and null
  }

  add (result) {
    for (const key of ['lines', 'foreign', 'broken', 'outside', 'beyond']) this[key] += result[key]
    this.formats.add(result.format)
    result.counts.forEach((count, index) => { this.counts[index] += count })
    result.whys.forEach((count, index) => { this.whys[index] += count })
    for (const [name, counts] of Object.entries(result.methods)) addTo(this.methods, name, counts)
    for (const { name, counts } of result.targets) addTo(this.targets, name, counts)
    // flat lists: key, target's index, a count for each verdict
    const kinds = this.counts.length
    const { hours, minutes } = result
    const targetAt = new Map(result.targets.map(({ index, name }) => [index, this.minutesOf(name)]))
    for (let at = 0; at < hours.length; at += 2 + kinds) addTo(this.hours, hours[at], hours, at + 2, kinds)
    for (let at = 0; at < minutes.length; at += 2 + kinds) {
      if (!this.allMinutes && minutes[at + 2 + this.race] === 0) continue
      addTo(targetAt.get(minutes[at + 1]) ?? this.minutesOf(null), minutes[at], minutes, at + 2, kinds)
    }
  }

  minutesOf (target) {
    let minutes = this.minutes.get(target)
    if (minutes === undefined) this.minutes.set(target, minutes = new Map())
    return minutes
  }

  /** Counts by the verdicts' names. There is a row per minute and target: no detour here. */
  named (counts) {
    const byName = {}
    for (let i = 0; i < counts.length; i++) byName[this.verdictNames[i]] = counts[i]
    return byName
  }

  /** { format, lines, bad, counts }, the part that classifyLog() gives. */
  verdicts () {
    const formats = [...this.formats]
    return {
      format: formats.length === 1 ? formats[0] : formats.length === 0 ? null : 'mixed',
      lines: this.lines,
      bad: this.foreign + this.broken,
      counts: this.named(this.counts)
    }
  }

  /** A row per minute and target. */
  minuteRows () {
    const rows = []
    let time = null
    for (const [target, minutes] of this.minutes) {
      for (const [minute, counts] of minutes) rows.push({ minute, time, target, counts: this.named(counts) })
    }
    rows.sort((a, b) => a.minute - b.minute)
    for (let i = 0; i < rows.length; i++) {
      if (i === 0 || rows[i].minute !== rows[i - 1].minute) time = isoTime(rows[i].minute * minuteMs)
      rows[i].time = time
    }
    return rows
  }

  /** All of it. Times are ISO 8601 in UTC. */
  report () {
    const total = (counts) => counts.reduce((sum, count) => sum + count, 0)
    const byRace = (a, b) => b.counts['keep-alive-race'] - a.counts['keep-alive-race'] || total(Object.values(b.counts)) - total(Object.values(a.counts)) || (a.name < b.name ? -1 : 1)
    return {
      ...this.verdicts(),
      formats: [...this.formats],
      outside: this.outside,
      whys: Object.fromEntries(this.whyTexts.map((why, index) => [why, this.whys[index]]).filter(([, count]) => count > 0)),
      methods: [...this.methods].filter(([, counts]) => total(counts) > 0).map(([name, counts]) => ({ name, counts: this.named(counts) })).sort(byRace),
      targets: [...this.targets].map(([name, counts]) => ({ name, counts: this.named(counts) })).sort(byRace),
      hours: [...this.hours].sort(([a], [b]) => a - b).map(([key, counts]) => ({ time: isoTime(key * hourMs), counts: this.named(counts) })),
      minutes: this.minuteRows(),
      beyond: this.beyond
    }
  }
}

module.exports = { Sum, publicEntry, badEntry, isoTime, evidenceMax }
