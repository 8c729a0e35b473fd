'use strict'

// The race itself: requests sent around the moment at which the server closes an idle
// connection, and what became of each.

const { nowMs, openConnection } = require('./probe')

// a timer may be this late; the last stretch is waited for in turns of the event loop
const timerSlackMs = 2
// between two attempts' starts: their last stretches do not overlap
const spacingMs = 11
// an answer that was not there so long after its request was sent does not come
const answerMsMax = 5000
// the window reaches this far to both sides of the measured closes; to the left also by the way
// of a request to the server and of the close back
const beyondMs = 2

function waitUntil (atMs, signal) {
  return new Promise((resolve) => {
    let timer
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const check = () => {
      const leftMs = atMs - nowMs()
      if (leftMs <= 0 || signal.aborted) return done()
      if (leftMs > timerSlackMs + 1) timer = setTimeout(check, leftMs - timerSlackMs)
      else setImmediate(check)
    }
    signal.addEventListener('abort', done)
    check()
  })
}

/**
 * One attempt: a request, its answer, and `gapMs` later a second request. Resolves to
 * { gapMs, outcome }: 'answered', 'lost' (sent, and the connection ended without an answer),
 * 'late' (closed before it was sent), 'failed' (told nothing).
 */
function attempt (target, gapMs, signal) {
  return new Promise((resolve) => {
    let answeredAt = null
    let sentAt = null
    let timer = null
    let over = false

    function finish (outcome) {
      if (over) return
      over = true
      clearTimeout(timer)
      connection.destroy()
      // the gap as it was, not as it was meant
      resolve({ gapMs: sentAt === null || answeredAt === null ? gapMs : sentAt - answeredAt, outcome })
    }
    const stop = new AbortController()
    const connection = openConnection(target, signal, {
      open () {
        timer = setTimeout(finish, answerMsMax, 'failed')
        connection.send(target.request)
      },
      async answer ({ close }) {
        if (sentAt !== null) return finish('answered')
        clearTimeout(timer)
        if (close) return finish('failed')
        answeredAt = nowMs()
        await waitUntil(answeredAt + gapMs, stop.signal)
        if (over) return
        sentAt = nowMs()
        connection.send(target.request)
        timer = setTimeout(finish, answerMsMax, 'lost')
      },
      closed (how) {
        stop.abort()
        if (how === 'aborted' || how === 'error' || answeredAt === null) finish('failed')
        else finish(sentAt === null ? 'late' : 'lost')
      }
    })
  })
}

/** From where to where the gaps are swept: up to the usual close, as a late one is an accident. */
function sweepWindow ({ minMs, medianMs, roundTripMs }) {
  return { fromMs: Math.max(0, minMs - roundTripMs - beyondMs), toMs: medianMs + beyondMs }
}

/**
 * Sweeps the gap over the window in `count` attempts. Resolves to { tried, answered, lost,
 * late, failed, lostMs: { from, to } | null, attempts }.
 */
async function sweepRace (target, count, window, { signal, onDone }) {
  const { fromMs, toMs } = window
  const startAt = nowMs()
  const attempts = await Promise.all(Array.from({ length: count }, async (_, index) => {
    await waitUntil(startAt + index * spacingMs, signal)
    const result = await attempt(target, fromMs + (toMs - fromMs) * index / Math.max(1, count - 1), signal)
    onDone(result)
    return result
  }))
  const sum = { tried: count, answered: 0, lost: 0, late: 0, failed: 0, lostMs: null, window, attempts }
  for (const { outcome } of attempts) sum[outcome]++
  const lost = attempts.filter(({ outcome }) => outcome === 'lost').map(({ gapMs }) => gapMs)
  if (lost.length > 0) sum.lostMs = { from: Math.min(...lost), to: Math.max(...lost) }
  return sum
}

/** How long a sweep takes, at most. */
function sweepMs (count, { toMs }) {
  return count * spacingMs + toMs + answerMsMax
}

module.exports = { sweepRace, sweepWindow, sweepMs }
