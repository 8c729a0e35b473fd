'use strict'

// The steady trickle and the bursts. A keep-alive race loses a request here and there as long
// as the timeouts are wrong; a deploy or a crash loses many within a minute, on one target.

// A minute with fewer is never a burst.
const burstMin = 5
// How far above the usual minute a burst stands.
const burstFactor = 4

function median (list) {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted.length === 0 ? 0 : sorted[sorted.length >> 1]
}

/** Minutes that follow each other on one target are one burst. */
function join (minutes) {
  const bursts = []
  const open = new Map()
  for (const { minute, time, target, counts } of minutes) {
    const last = open.get(target)
    if (last !== undefined && minute - last.lastMinute <= 1) {
      last.lastMinute = minute
      last.until = time
      last.races += counts['keep-alive-race']
      last.refused += counts.refused
      last.appErrors += counts['app-error']
      continue
    }
    const burst = { from: time, until: time, target, races: counts['keep-alive-race'], refused: counts.refused, appErrors: counts['app-error'], lastMinute: minute }
    open.set(target, burst)
    bursts.push(burst)
  }
  return bursts.map(({ lastMinute, ...burst }) => burst)
}

/**
 * { total, repaired, steady, inBursts, steadyHours, bursts } of a report: how many of the race
 * candidates are the trickle, in how many hours it is seen, and where the bursts are.
 */
function findBursts ({ counts, minutes }) {
  const withRaces = minutes.filter((row) => row.counts['keep-alive-race'] > 0)
  const usual = median(withRaces.map((row) => row.counts['keep-alive-race']))
  const limit = Math.max(burstMin, burstFactor * usual)
  // with nothing but one busy minute there is no usual one to compare with
  const isBurst = (row) => row.counts['keep-alive-race'] >= (withRaces.length === 1 ? burstMin : limit)
  const bursts = join(withRaces.filter(isBurst))
  const steady = withRaces.filter((row) => !isBurst(row))
  const inBursts = bursts.reduce((sum, { races }) => sum + races, 0)
  return {
    total: counts['keep-alive-race'],
    repaired: counts['repaired-race'],
    steady: counts['keep-alive-race'] - inBursts,
    inBursts,
    steadyHours: new Set(steady.map(({ time }) => time.slice(0, 13))).size,
    bursts
  }
}

module.exports = { findBursts }
