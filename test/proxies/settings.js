'use strict'

// Every number of the suite. A load balancer that keeps idle connections for 60 s is one here
// that keeps them for 2 s. The distances to that are not divided, because what they have to
// cover does not shrink: a proxy that closes a second late is a second late at 60 s too.

const { nodeTimers } = require('../..')

const lbIdleMs = 2000

// one way between proxy and Node: long enough for timers that are late on a busy machine
const delayMs = 25

// what a bare server waits, less than the load balancer: the 5 s of http.createServer()
const vulnerableCloseMs = 1200
// the 60 s for connections that were never used, in the case that is about them; looked at
// every checkMs
const vulnerableHeadersMs = 1000
const checkMs = 50

// the two-line fix, 61 s and 62 s before a load balancer of 60 s
const twoLine = { keepAliveTimeout: lbIdleMs + 1000, headersTimeout: lbIdleMs + 2000 }
// Fastify's default of 72 s
const fastifyKeepAliveMs = lbIdleMs + 12000

// The stall case gives ours no more margin than the two-line fix has, so that nothing but the
// last look is left to make a difference.
const stallMarginMs = 1000

// Until the deadline, less the second that a drain keeps for itself, every proxy has closed what
// it no longer uses (Traffic Server a second late): nothing that may be on the wire is closed by us.
const drainOptions = { windowMs: 300, deadlineMs: lbIdleMs + 2500 }
// who has not ended by then is killed, as a deploy does it
const endMsMax = drainOptions.deadlineMs + 500

/** What this Node adds to keepAliveTimeout. */
function readBuffer (version) {
  return nodeTimers(version).idleBuffer === 'none' ? 0 : 1000
}

/** The properties of a server of `kind` on Node `version` in the case `name`, before ours is applied. */
function createSettings (kind, version, name) {
  const vulnerable = { keepAliveTimeout: vulnerableCloseMs - readBuffer(version), ...(name === 'unused' ? { headersTimeout: vulnerableHeadersMs } : {}) }
  if (kind === 'two-line') return twoLine
  // its headersTimeout is its own affair
  if (kind === 'fastify') return { keepAliveTimeout: fastifyKeepAliveMs }
  return vulnerable
}

/** When a server with these settings closes an idle connection. */
function findCloseMs ({ keepAliveTimeout }, version) {
  return keepAliveTimeout === 0 ? Infinity : keepAliveTimeout + readBuffer(version)
}

const words = `a load balancer that idles 60 s idles ${lbIdleMs / 1000} s here, and the servers keep their distance to it: two lines ` +
  `${twoLine.keepAliveTimeout} and ${twoLine.headersTimeout} ms (61 and 62 s), Fastify ${fastifyKeepAliveMs} ms (72 s), ours with its ` +
  `default margin of 5 s (in the stall case 1 s); the vulnerable server closes idle connections after ${vulnerableCloseMs} ms (Node's ` +
  `5 s, its buffer included) and unused ones after ${vulnerableHeadersMs} ms (60 s), and ours is that server and one line more; a stall ` +
  `lasts until after the server's own idle deadline, whatever that is; a drain has a window of ${drainOptions.windowMs} ms and a ` +
  `deadline of ${drainOptions.deadlineMs} ms, and what has not ended after ${endMsMax} ms is killed; ${delayMs} ms each way between proxy and Node`

module.exports = {
  lbIdleMs,
  delayMs,
  checkMs,
  vulnerableCloseMs,
  vulnerableHeadersMs,
  stallMarginMs,
  drainOptions,
  endMsMax,
  createSettings,
  findCloseMs,
  words
}
