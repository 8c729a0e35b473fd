'use strict'

// Measured closes held against the timer model's bounds.

const { createConnectionModel } = require('../../lib/model')

// what a client may see beyond the bounds of the model on a quiet machine: the way of a FIN,
// and the turns of two event loops
const toleranceMs = 5
// a control that was late this near to an event may have delayed it
const nearMs = 60

/** How late the processes were around `atMs`, together; a control is a list of [at, ms]. */
function noiseAround (controls, atMs) {
  let sum = 0
  for (const list of controls) {
    sum += list.reduce((most, [at, ms]) => Math.abs(at - atMs) <= nearMs + ms ? Math.max(most, ms) : most, 0)
  }
  return sum
}

const scripts = {
  unused: (model, { openedAt }) => model.event('open', openedAt),
  idle (model, { openedAt, sentAt, startAt }) {
    model.event('open', openedAt)
    for (const name of ['bytes', 'headers-complete', 'request-complete']) model.event(name, sentAt)
    model.event('response-finish', startAt)
  },
  headers (model, { openedAt, sentAt }) {
    model.event('open', openedAt)
    model.event('bytes', sentAt)
  },
  body (model, { openedAt, sentAt }) {
    model.event('open', openedAt)
    for (const name of ['bytes', 'headers-complete']) model.event(name, sentAt)
  }
}

/** What the model says of a connection, were all that a client saw `shiftMs` later. */
function predict (seen, settings, nodeVersion, listenAtMs, shiftMs) {
  const model = createConnectionModel(settings, { nodeVersion, listenAtMs })
  const shift = (ms) => ms === null ? null : ms + shiftMs
  scripts[seen.state](model, { openedAt: shift(seen.openedAt), sentAt: shift(seen.sentAt), startAt: shift(seen.startAt) })
  return model.advance(Infinity)
}

function lastBefore (ticks, atMs) {
  return ticks.filter((tick) => tick <= atMs).pop()
}

/**
 * The model's outcome, with the check counted from a run that is near. What a client saw may
 * have happened up to `slackMs` earlier or later.
 */
function bounds (seen, settings, nodeVersion, ticks, slackMs) {
  const first = predict(seen, settings, nodeVersion, lastBefore(ticks, seen.openedAt) ?? ticks[0], 0)
  if (first === null) return null
  const check = settings.connectionsCheckingInterval
  const anchor = lastBefore(ticks, first.atMs - 1.5 * check) ?? ticks[0]
  const outcome = predict(seen, settings, nodeVersion, anchor, 0)
  if (outcome.reason !== 'headers' && outcome.reason !== 'request') return outcome
  // Seen some ms apart, the limit may end before or after a run of the check: then either is
  // right. Otherwise both are the same run.
  const [early, late] = [-slackMs, slackMs].map((ms) => predict(seen, settings, nodeVersion, anchor, ms))
  return { ...outcome, earliestMs: early.earliestMs, latestMs: late.latestMs }
}

const howOf = { close: ['fin'], destroy: ['fin', 'rst'], 'respond-408': ['408'] }

/**
 * { agrees, beyondMs, noiseMs, why }: how far beyond the model's bounds the close was seen,
 * and how much of that the controls explain.
 */
function compare (seen, { settings, limitMs, nodeVersion, ticks, controls }) {
  const endAt = seen.closedAt ?? seen.startAt + limitMs
  const noiseMs = noiseAround(controls, seen.startAt) + noiseAround(controls, endAt)
  const outcome = bounds(seen, settings, nodeVersion, ticks, toleranceMs + noiseMs)
  if (seen.closedAt === null) {
    const agrees = outcome === null || outcome.latestMs + toleranceMs + noiseMs >= endAt
    return { agrees, beyondMs: 0, noiseMs, why: agrees ? '' : `open at ${limitMs} ms, predicted ${(outcome.atMs - seen.startAt).toFixed(1)}` }
  }
  const took = (seen.closedAt - seen.startAt).toFixed(1)
  if (outcome === null) return { agrees: false, beyondMs: Infinity, noiseMs, why: `closed after ${took} ms, predicted never` }
  const beyondMs = Math.max(0, outcome.earliestMs - seen.closedAt, seen.closedAt - outcome.latestMs)
  const agrees = beyondMs <= toleranceMs + noiseMs && howOf[outcome.action].includes(seen.how)
  const relative = (ms) => (ms - seen.startAt).toFixed(1)
  return { agrees, beyondMs, noiseMs, why: agrees ? '' : `${seen.how} after ${took} ms, predicted ${outcome.action} from ${relative(outcome.earliestMs)} to ${relative(outcome.latestMs)} (noise ${noiseMs.toFixed(1)})` }
}

module.exports = { compare, toleranceMs }
