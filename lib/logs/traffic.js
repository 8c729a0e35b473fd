'use strict'

// Race candidates beside traffic, hour by hour without holes: what a chart is drawn from.

const hourMs = 3600000
// An hour that is wrong by years (a clock that was not set) must not draw a million others.
const hoursMax = 24 * 366

/** { startMs, requests, candidates, repaired } of each hour of a report, in order. */
function trafficBuckets ({ hours }) {
  if (hours.length === 0) return []
  const byStart = new Map(hours.map(({ time, counts }) => [Date.parse(time), counts]))
  const lastMs = Date.parse(hours[hours.length - 1].time)
  const firstMs = Math.max(Date.parse(hours[0].time), lastMs - (hoursMax - 1) * hourMs)
  const buckets = []
  for (let startMs = firstMs; startMs <= lastMs; startMs += hourMs) {
    const counts = byStart.get(startMs) ?? {}
    buckets.push({
      startMs,
      requests: Object.values(counts).reduce((sum, count) => sum + count, 0),
      candidates: counts['keep-alive-race'] ?? 0,
      repaired: counts['repaired-race'] ?? 0
    })
  }
  return buckets
}

/** Neighbours together, so that not more than `max` are left: { buckets, hours }. */
function joinBuckets (buckets, max) {
  const hours = Math.max(1, Math.ceil(buckets.length / max))
  const joined = []
  for (let i = 0; i < buckets.length; i += hours) {
    const part = buckets.slice(i, i + hours)
    const sum = (key) => part.reduce((total, bucket) => total + bucket[key], 0)
    joined.push({ startMs: part[0].startMs, requests: sum('requests'), candidates: sum('candidates'), repaired: sum('repaired') })
  }
  return { buckets: joined, hours }
}

module.exports = { trafficBuckets, joinBuckets }
