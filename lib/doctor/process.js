'use strict'

// What a running process says of its servers, as one verdict, and in words.

const { createError } = require('../errors')
const { duration } = require('./words')

// one server that loses requests is enough, and one that is not known spoils the proof
const worstFirst = ['unsafe', 'unproven', 'safe']

function verdictOf (servers) {
  const verdicts = servers.map((server) => server?.status?.verdict ?? 'unproven')
  return worstFirst.find((verdict) => verdicts.includes(verdict)) ?? 'unproven'
}

/** The answers of a process (see askProcess()) as a report: { pid, verdict, threads }. */
function judgeProcess (pid, threads) {
  return { pid, verdict: verdictOf(threads.flatMap(({ servers }) => servers)), threads }
}

function tellAddress (address) {
  if (address === null) return 'a server that listens no more'
  if (typeof address === 'string') return address
  return `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}

function tellIdle (lb) {
  return lb.idleTimeoutMs === null ? 'no idle limit' : `idle timeout ${duration(lb.idleTimeoutMs)}`
}

function count (number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function tellCloses ({ idleCloses, peerIdleMs }) {
  const { byPeer, byNode } = idleCloses
  const measured = peerIdleMs === null
    ? ''
    : `, after ${duration(peerIdleMs.min)} to ${duration(peerIdleMs.max)} without a request (median ${duration(peerIdleMs.p50)}, 99 % up to ${duration(peerIdleMs.p99)})`
  return `idle connections closed: ${byPeer} by the peer${measured}; ${byNode} by Node`
}

function tellLimit ({ earliest, latest }) {
  if (earliest === null) return 'Node closes no idle connection'
  return `Node closes an idle connection after ${earliest === latest ? duration(earliest) : `${duration(earliest)} to ${duration(latest)}`}`
}

function tellServer ({ address, status, error }) {
  if (status === undefined) return [`${tellAddress(address)}: UNPROVEN`, `  ${error.message}${error.code === null ? '' : ` [${error.code}]`}`, '']
  const { verdict, reasons, lb, open, idle, draining, saved, extended, unsafeWrites, eventLoopDelayMs } = status
  return [
    `${tellAddress(address)} behind ${lb.name} (${tellIdle(lb)}, ${lb.source}): ${verdict.toUpperCase()}${draining ? ', draining' : ''}`,
    ...reasons.map(({ code, message }) => `  ${message} [${code}]`),
    `  ${count(open ?? 0, 'connection')} open${idle === null ? '' : `, ${idle} of them idle`}`,
    `  ${tellCloses(status)}`,
    `  ${tellLimit(status.idleCloseMs)}`,
    `  saved by a last look: ${count(saved, 'request')}, and ${count(extended, 'connection')} of slow readers`,
    `  the event loop was blocked for ${duration(eventLoopDelayMs.max)} at most (99 % of the time up to ${duration(eventLoopDelayMs.p99)})`,
    ...(unsafeWrites > 0 ? [`  ${count(unsafeWrites, 'write')} to a timeout after the plan was carried out`] : []),
    ''
  ]
}

function tellThread ({ pid, threadId, node, uptimeMs, servers }) {
  const since = new Date(Date.now() - uptimeMs).toISOString().slice(0, 16)
  const title = `process ${pid}${threadId === 0 ? '' : `, thread ${threadId}`}: Node ${node}, since ${since}Z`
  return [title, '', ...(servers.length === 0 ? ['no http server listens here now', ''] : servers.flatMap(tellServer))]
}

const verdictTexts = {
  safe: 'SAFE: the peers were seen to close idle connections first, on every server',
  unsafe: 'UNSAFE: requests can be lost, for the reasons above',
  unproven: 'UNPROVEN: nothing speaks against it, and too little for it yet'
}

/** A report in words. */
function tellProcess ({ verdict, threads }) {
  try {
    return [...threads.flatMap(tellThread), verdictTexts[verdict], ''].join('\n')
  } catch (cause) {
    // an answer of another version, or of something that only looks like one
    throw createError('LBST_E_UNREACHABLE', `the process answers what this version cannot read (${cause.message}); --json shows it`)
  }
}

module.exports = { judgeProcess, tellProcess }
