'use strict'

// The options of drain(): how long the load balancer needs to learn that we leave, and when
// everything must be over.

const { planLbSafeTimeouts } = require('../apply')
const { findLoadBalancer } = require('../catalogue')
const { createError, inspect } = require('../errors')
const { checkDuration, pick, readOptions } = require('../options')

const lbNames = ['lb', 'idleTimeoutMs', 'metadata']
const drainNames = ['windowMs', 'deadlineMs', 'signal', ...lbNames]

// below the 30 s after which Kubernetes kills
const defaultDeadlineMs = 25000

// a load balancer of which nobody knows how soon it learns: two health checks two seconds
// apart, or the time in which an endpoint's removal reaches every node of a cluster
const assumedWindowMs = 5000

// what a window that we choose leaves of the deadline, for requests that are still running
// and for connections that nobody used
const reserveMsMax = 5000

// of the deadline of drain.onSignals(), what the callbacks after the drain can count on: a fifth,
// and no more than this
const callbacksMsMax = 5000
const callbacksShare = 5

/** What is left of `deadlineMs` for the drain itself where `callbacks` come after it. */
function deadlineOfDrain (deadlineMs, callbacks) {
  return callbacks.length === 0 ? deadlineMs : deadlineMs - Math.min(callbacksMsMax, Math.floor(deadlineMs / callbacksShare))
}

/** The pool owner's drain time from its hop, else from the catalogue; null: unknown. */
function findHopDrain (hops) {
  for (const hop of [...hops].reverse()) {
    const row = hop.id === undefined ? null : findLoadBalancer(hop.id)
    const drainMs = hop.drainMs ?? row?.drainMs ?? null
    if (drainMs !== null) return { drainMs, name: hop.name ?? row?.name ?? 'the load balancer' }
  }
  return null
}

function checkSignal (signal) {
  if (signal === undefined || (typeof signal === 'object' && signal !== null && typeof signal.aborted === 'boolean' && typeof signal.addEventListener === 'function')) return
  throw createError('LBST_E_INVALID_TYPE', `option signal must be an AbortSignal, got ${inspect(signal)}; names of process signals are for drain.onSignals()`)
}

function chooseWindow (windowMs, deadlineMs, known) {
  if (windowMs !== undefined) return { windowMs, source: 'option', wantedMs: windowMs }
  const wantedMs = known === null ? assumedWindowMs : known.drainMs
  const reserveMs = Math.min(reserveMsMax, Math.floor(deadlineMs / 3))
  return {
    windowMs: Math.min(wantedMs, deadlineMs - reserveMs),
    source: known === null ? 'assumed' : known.name,
    wantedMs
  }
}

/** A peer silent for longer than the plan asks Node to wait has no request on its way. */
function findIdleMs (lbOptions, applied) {
  const plan = lbOptions === null ? applied.report : planLbSafeTimeouts(lbOptions)
  return plan.after.keepAliveTimeout || Infinity // 0: the load balancer has no limit
}

/**
 * Reads the options of drain(), and throws where it could not be carried out. `applied` is what
 * applyLbSafeTimeouts() left on the server ({ hops, report }), or undefined. With
 * `needsPlan: false` idle connections are held until the deadline where there is no plan.
 * Returns { windowMs, source, wantedMs, deadlineMs, signal, idleMs }.
 */
function readDrainOptions (given = {}, applied, { needsPlan = true } = {}) {
  const options = pick(given, drainNames, 'the options of drain()')
  const { windowMs, deadlineMs = defaultDeadlineMs, signal } = options
  if (windowMs !== undefined) checkDuration('windowMs', windowMs)
  checkDuration('deadlineMs', deadlineMs)
  checkSignal(signal)
  if (windowMs > deadlineMs) {
    const which = options.deadlineMs === undefined ? `the default deadlineMs of ${deadlineMs}` : `deadlineMs ${deadlineMs}`
    throw createError('LBST_E_CONFLICT', `windowMs ${windowMs} is longer than ${which}, at which everything is destroyed; set deadlineMs to ${windowMs + reserveMsMax} or more, and the platform's own grace period above it`)
  }
  const named = Object.fromEntries(lbNames.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]))
  const lbOptions = Object.keys(named).length > 0 || applied === undefined ? named : null
  const hops = lbOptions === null ? applied.hops ?? [] : readOptions(lbOptions).ask.hops
  let idleMs = Infinity
  try {
    idleMs = findIdleMs(lbOptions, applied)
  } catch (error) {
    if (needsPlan) throw error
  }
  return { ...chooseWindow(windowMs, deadlineMs, findHopDrain(hops)), deadlineMs, signal, idleMs }
}

module.exports = { callbacksMsMax, deadlineOfDrain, drainNames, findHopDrain, lbNames, readDrainOptions }
