'use strict'

// The steady trickle and the bursts. A keep-alive race loses a request here and there as long
// as the timeouts are wrong; a deploy or a crash loses many within a minute, on one target.

// A minute with fewer is never a burst.
const burstMin = 5
// How far above the usual minute a burst stands.
const burstFactor = 4

// A condition that lasts longer is no deploy.
const burstMinutesMax = 10

/**
 * How many races the usual minute of a target has, in the hours in which there are any: those
 * without one count too, or a quiet log with one deploy in it would have nothing but deploys.
 */
function usualRaces (withRaces) {
  const distinct = (of) => new Set(withRaces.map(of)).size
  const minutes = distinct(({ minute }) => Math.floor(minute / 60)) * 60
  const sorted = withRaces.map(({ counts }) => counts['keep-alive-race']).sort((a, b) => b - a)
  return sorted[(minutes * distinct(({ target }) => target)) >> 1] ?? 0
}

/** Rows of minutes that follow each other on one target: lists of rows. */
function join (rows) {
  const runs = []
  const open = new Map()
  for (const row of rows) {
    const run = open.get(row.target)
    if (run !== undefined && row.minute - run[run.length - 1].minute <= 1) {
      run.push(row)
      continue
    }
    open.set(row.target, [row])
    runs.push(open.get(row.target))
  }
  return runs
}

function describeBurst (run) {
  const sum = (verdict) => run.reduce((total, { counts }) => total + counts[verdict], 0)
  return { from: run[0].time, until: run[run.length - 1].time, target: run[0].target, races: sum('keep-alive-race'), refused: sum('refused'), appErrors: sum('app-error') }
}

/** [why, count] of the failures that may be the race after all: src/core/verdict.def. */
function undecidedWhys (whys) {
  return Object.entries(whys).filter(([why]) => why.startsWith('undecided: '))
}

/**
 * { total, repaired, undecided, steady, inBursts, steadyHours, bursts } of a report: how many of
 * the race candidates are the trickle, in how many hours it is seen, and where the bursts are.
 */
function findBursts ({ counts, minutes, whys }) {
  const withRaces = minutes.filter((row) => row.counts['keep-alive-race'] > 0)
  const limit = Math.max(burstMin, burstFactor * usualRaces(withRaces))
  const runs = join(withRaces.filter((row) => row.counts['keep-alive-race'] >= limit)).filter((run) => run.length <= burstMinutesMax)
  const bursts = runs.map(describeBurst)
  const burstRows = new Set(runs.flat())
  const steady = withRaces.filter((row) => !burstRows.has(row))
  const inBursts = bursts.reduce((sum, { races }) => sum + races, 0)
  return {
    total: counts['keep-alive-race'],
    repaired: counts['repaired-race'],
    undecided: undecidedWhys(whys).reduce((sum, [, count]) => sum + count, 0),
    steady: counts['keep-alive-race'] - inBursts,
    inBursts,
    steadyHours: new Set(steady.map(({ time }) => time.slice(0, 13))).size,
    bursts
  }
}

module.exports = { findBursts, undecidedWhys }
