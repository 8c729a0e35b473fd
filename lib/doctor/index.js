'use strict'

// Measures a live server from outside and says whether it outlasts the load balancer in front
// of it. What is safe is src/core/doctor.c's to say.

const { setMaxListeners } = require('node:events')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { native } = require('../binding')
const { createError, inspect } = require('../errors')
const { measure, summarize, countEnds, spreadMs, states } = require('./measure')
const { nowMs, probe } = require('./probe')
const { tellError } = require('./words')
const { sweepRace, sweepWindow, sweepMs } = require('./race')

// attempts of a sweep: as many as all states together have connections, so that a run never
// has more open than it said
const attemptsPerConnection = states.length

// how often the own event loop is asked how late it is
const lateEveryMs = 10

function median (list) {
  return [...list].sort((a, b) => a - b)[list.length >> 1]
}

/** One request, to know that there is a server that speaks HTTP/1.1, and how far away it is. */
async function greet (target, signal) {
  const askedAt = nowMs()
  const seen = await probe(target, 'idle', 0, signal)
  if (seen.error !== null) {
    if (signal.aborted) return null
    throw createError('LBST_E_UNREACHABLE', `${target.href} does not answer: ${tellError(seen.error, target)}`)
  }
  if (!(seen.status >= 100)) throw createError('LBST_E_UNREACHABLE', `${target.href} answers, but not in HTTP/1.1`)
  if (seen.notKept && seen.status >= 400) {
    throw createError('LBST_E_UNREACHABLE', `${target.href} answers with status ${seen.status} and ends the connection, which tells nothing about its timeouts; ask for something that it answers (--path)`)
  }
  return { status: seen.status, keepAlive: seen.keepAlive, notKept: seen.notKept, connectMs: seen.openedAt - askedAt, answerMs: (seen.startAt ?? nowMs()) - seen.openedAt }
}

function advertisedSeconds (keepAlive) {
  const value = /(?:^|[,\s])timeout=(\d+)/.exec(keepAlive ?? '')?.[1]
  return value === undefined ? null : Number(value)
}

function describeState (all, state, finding, limitMs) {
  const seen = all.filter((one) => one.state === state)
  return {
    ...finding,
    connections: seen.length,
    closesMs: summarize(seen, limitMs).closesMs.sort((a, b) => a - b),
    ends: countEnds(seen),
    statuses: [...new Set(seen.map(({ status }) => status).filter((status) => status !== null))].sort(),
    errors: [...new Set(seen.map(({ error }) => error).filter((error) => error !== null))]
  }
}

/**
 * Measures `target` (see createTarget()). Options: { lb: { name, idleTimeoutMs, ... } with null
 * for no limit, connections (per state), limitMs, race, signal, onProgress({ phase, done, count,
 * totalMs }): totalMs comes with the first of a phase }. Resolves to the report, or to null
 * when `signal` was aborted. Throws LBST_E_UNREACHABLE.
 */
async function examine (target, { lb, connections, limitMs, race = true, signal, onProgress = () => {} }) {
  const { closesMax } = native().doctorLimits()
  if (!(Number.isInteger(connections) && connections >= 1 && connections <= closesMax)) {
    throw createError('LBST_E_OUT_OF_RANGE', `connections must be a whole number from 1 to ${closesMax}, got ${inspect(connections)}`)
  }
  setMaxListeners(0, signal)
  const server = await greet(target, signal)
  if (server === null) return null

  const count = connections * states.length
  const openForMs = spreadMs(lb.idleTimeoutMs, limitMs)
  let done = 0
  onProgress({ phase: 'measure', totalMs: limitMs + openForMs, done, count })
  const delay = monitorEventLoopDelay({ resolution: lateEveryMs })
  delay.enable()
  const all = await measure(target, { connections, limitMs, openForMs, signal, onDone: () => onProgress({ phase: 'measure', done: ++done, count }) })
  delay.disable()
  if (signal.aborted) return null

  const series = Object.fromEntries(states.map((state) => [state, summarize(all.filter((one) => one.state === state), limitMs)]))
  const { verdict, idleBelowMs, states: findings } = native().doctorJudge(series, lb.idleTimeoutMs)

  let sweep = null
  const { minMs, medianMs } = findings.idle
  if (race && minMs !== null) {
    const attempts = connections * attemptsPerConnection
    const answers = all.filter(({ state, startAt }) => state === 'idle' && startAt !== null).map(({ startAt, sentAt }) => startAt - sentAt)
    const window = sweepWindow({ minMs, medianMs, roundTripMs: median(answers) })
    onProgress({ phase: 'race', totalMs: sweepMs(attempts, window), done: 0, count: attempts })
    done = 0
    sweep = await sweepRace(target, attempts, window, { signal, onDone: () => onProgress({ phase: 'race', done: ++done, count: attempts }) })
    if (signal.aborted) return null
  }

  return {
    url: target.href,
    lb,
    verdict,
    idleBelowMs,
    limitMs,
    // how late this process was at most: a measured time is no more exact than that
    lateMs: Math.max(0, delay.max / 1e6 - lateEveryMs),
    server: { ...server, advertisedSeconds: advertisedSeconds(server.keepAlive) },
    states: Object.fromEntries(states.map((state) => [state, describeState(all, state, findings[state], limitMs)])),
    race: sweep,
    observations: all
  }
}

module.exports = { examine }
