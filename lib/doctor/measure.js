'use strict'

// All states at once: some connections for each, opened one after another and then left alone.

const { probe } = require('./probe')

const states = ['unused', 'idle', 'headers', 'body']

// Openings are spread over this long at most, so that a server that accepts one connection per
// turn, and checks them at intervals, is not met by all of them in the same moment.
const spreadMsMax = 1000
const spacingMsMax = 10

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

/** How far apart `count` connections are opened. */
function spacing (count) {
  return Math.min(spacingMsMax, spreadMsMax / count)
}

/** Resolves to what was seen on each connection (see probe()), in the order of opening. */
function measure (target, { connections, limitMs, signal, onDone }) {
  const count = connections * states.length
  return Promise.all(Array.from({ length: count }, async (_, index) => {
    await wait(index * spacing(count), signal)
    const seen = await probe(target, states[index % states.length], limitMs, signal)
    onDone(seen)
    return seen
  }))
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
    failed: seen.filter(({ error }) => error !== null).length
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

module.exports = { states, measure, summarize, countEnds, spacing }
