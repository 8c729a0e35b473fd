'use strict'

// What a drain has to say when it is over, and in words what the window could not cover.

function seconds (ms) {
  return `${Math.round(ms / 100) / 10} s`
}

function plural (count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`
}

// a deadline below this was probably meant in seconds
const deadlineMsLikely = 1000

function windowNotes ({ windowMs, wantedMs, source, deadlineMs }, tookShort) {
  const notes = []
  if (deadlineMs < deadlineMsLikely) notes.push(`the deadline was ${deadlineMs} ms and the window ${windowMs} ms, shorter than a load balancer needs to learn of anything: both are in milliseconds, not in seconds`)
  if (source === 'assumed') {
    notes.push(`how long the load balancer needs to learn that this server leaves is not known: ${seconds(windowMs)} is assumed; pass windowMs, or name the load balancer with option lb`)
  } else if (wantedMs > windowMs) {
    notes.push(`${source} may go on sending requests for ${seconds(wantedMs)}, and the window was ${seconds(windowMs)}, to stay within the deadline of ${seconds(deadlineMs)}: new connections after that were refused, which a load balancer may retry elsewhere; raise deadlineMs and the platform's grace period, or shorten the load balancer's own drain time`)
  }
  if (tookShort) notes.push('the window was ended early by the signal: a load balancer that had not learned of it by then was refused new connections')
  return notes
}

const gateNotes = {
  shared: 'the listening socket is shared with other processes, or was handed to this one: no gate was put on it, and connections that waited there are the other holders\'',
  unsupported: 'this system lets us put no gate on such a listening socket: a connection whose handshake ended in the last moment may have been reset'
}

function endNotes (counts) {
  const notes = []
  if (counts.closedIdle > 0) {
    notes.push(`${plural(counts.closedIdle, 'connection was', 'connections were')} not used any more and closed by us after a look: a request that was on the wire at that moment would have been lost`)
  }
  if (counts.destroyed > 0) {
    notes.push(`${plural(counts.destroyed, 'connection')} had not ended at the deadline and ${counts.destroyed === 1 ? 'was' : 'were'} destroyed with what was running on ${counts.destroyed === 1 ? 'it' : 'them'}`)
  }
  if (counts.closedByNode > 0) {
    notes.push(`${plural(counts.closedByNode, 'connection was', 'connections were')} closed by the application or by a limit of Node's (headersTimeout, requestTimeout)`)
  }
  return notes
}

/** The report of `drain`; `gate` is what closeListener() said. */
function createReport ({ options, counts, startMs, closedAtMs, hurry }, gate) {
  const now = performance.now()
  const { windowMs, source, deadlineMs } = options
  const aborted = hurry.signal.aborted
  const windowEnd = Math.round(closedAtMs - startMs)
  return {
    windowMs,
    windowSource: source,
    deadlineMs,
    tookMs: Math.round(now - startMs),
    listenerClosedMs: windowEnd,
    gate,
    aborted,
    ...counts,
    notes: [
      ...windowNotes(options, aborted && windowEnd < windowMs),
      ...(gateNotes[gate] === undefined ? [] : [gateNotes[gate]]),
      ...endNotes(counts)
    ]
  }
}

module.exports = { createReport }
