'use strict'

// All states at once: some connections for each, opened one after another and then left alone.

const { probe } = require('./probe')

const states = ['unused', 'idle', 'headers', 'body']

// A Node server looks at the age of unused and half sent connections only so often (the default
// of connectionsCheckingInterval): how long it keeps one depends on when that was opened.
const checkPeriodMs = 30000
// What one check closes is seen within this time, whatever a stall or a lost packet delays.
const sameCheckMs = 250

function wait (ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}

/**
 * Over how long the openings are spread, so that they meet many moments between two checks:
 * a whole period, but not much of the time that the connections are watched for anyway.
 */
function spreadMs (idleTimeoutMs, limitMs) {
  return Math.min(checkPeriodMs, Math.min(idleTimeoutMs ?? Infinity, limitMs) / 2)
}

/**
 * How long connections have to be watched for behind a load balancer that keeps one for
 * `idleTimeoutMs`, so that a server that may close one sooner is seen to close one: between
 * two checks there are moments that no opening meets.
 */
function watchMs (idleTimeoutMs, connections) {
  const metMs = spreadMs(idleTimeoutMs, Infinity) * (connections - 1) / connections
  return idleTimeoutMs + checkPeriodMs - metMs + sameCheckMs
}

/** Resolves to what was seen on each connection (see probe()), in the order of opening. */
function measure (target, { connections, limitMs, openForMs, signal, onDone }) {
  const count = connections * states.length
  return Promise.all(Array.from({ length: count }, async (_, index) => {
    await wait(index * openForMs / count, signal)
    const seen = await probe(target, states[index % states.length], limitMs, signal)
    onDone(seen)
    return seen
  }))
}

/**
 * The greatest age at which a connection was passed over by a check: it stayed open when others
 * were closed. The check before the first that is known was a period earlier, if not later.
 */
function passedMs (seen, limitMs) {
  const closes = seen.filter(({ closedAt }) => closedAt !== null).map(({ closedAt }) => closedAt)
  const checks = [Math.min(...closes) - checkPeriodMs, ...closes]
  const ages = seen.filter(({ error, notKept }) => error === null && !notKept).flatMap(({ startAt, closedAt }) => {
    const endAt = closedAt ?? startAt + limitMs
    return checks.filter((at) => at + sameCheckMs < endAt).map((at) => at - startAt)
  })
  return Math.max(0, ...ages)
}

/** The series of one state, as the verdict takes it. */
function summarize (seen, limitMs) {
  const closed = seen.filter(({ closedAt }) => closedAt !== null)
  const open = seen.filter(({ closedAt, error, notKept }) => closedAt === null && error === null && !notKept)
  return {
    closesMs: closed.map(({ startAt, closedAt }) => closedAt - startAt),
    answered: closed.filter(({ how }) => how === '408' || how === 'answer').length,
    open: open.length,
    openMs: limitMs,
    notKept: seen.filter(({ notKept }) => notKept).length,
    failed: seen.filter(({ error }) => error !== null).length,
    passedMs: closed.length === 0 ? 0 : passedMs(seen, limitMs)
  }
}

/** How the connections of one state ended: { fin, rst, 408, answer, open, notKept, failed }. */
function countEnds (seen) {
  const ends = { fin: 0, rst: 0, 408: 0, answer: 0, open: 0, notKept: 0, failed: 0 }
  for (const { how, notKept, error } of seen) {
    ends[error !== null ? 'failed' : notKept ? 'notKept' : how ?? 'open']++
  }
  return ends
}

module.exports = { states, measure, summarize, countEnds, spreadMs, watchMs }
