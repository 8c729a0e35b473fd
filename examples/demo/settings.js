'use strict'

// Every number of the demo. Timeouts are the real ones divided by one factor, so that the
// run ends within half a minute; what decides who loses is only which one is longer.

const { nodeTimers, planLbSafeTimeouts } = require('../..')

const scale = 20
const lbIdleMs = 60000 / scale
const marginMs = 5000 / scale

const node = nodeTimers()

/** What Node starts a server with, scaled. */
const serverSettings = {
  keepAliveTimeout: node.defaults.keepAliveTimeout / scale,
  headersTimeout: node.defaults.headersTimeout / scale,
  requestTimeout: node.defaults.requestTimeout / scale,
  connectionsCheckingInterval: node.defaults.connectionsCheckingInterval / scale
}

// Since 20.18 and 22.9 Node waits 1 s longer than keepAliveTimeout says: a constant at first,
// which cannot be scaled, and a property later.
if (node.idleBuffer === 'property') serverSettings.keepAliveTimeoutBuffer = 1000 / scale
const idleBufferMs = node.idleBuffer === 'constant' ? 1000 : serverSettings.keepAliveTimeoutBuffer ?? 0

/** The options of the one line more. */
const safeOptions = { idleTimeoutMs: lbIdleMs, marginMs }

// One way between proxy and server; long enough for timers that are late on a busy machine.
const delayMs = 25

/** When each server closes a connection that stays idle. */
const plainCloseMs = serverSettings.keepAliveTimeout + idleBufferMs
const safeCloseMs = planLbSafeTimeouts(safeOptions, serverSettings).idleCloseMs.earliest

// An attempt at a server's close is lost when the proxy sends it within `delayMs` before or
// after that close. The gap is counted from the answer, which itself was `delayMs` on its way,
// and whatever is slow on a busy machine makes it longer, never shorter: so aim at the early
// part of the window.
const beforeCloseMs = 1.75 * delayMs

/**
 * The ages of an idle connection at which a request is sent on it, the same for each server:
 * `gapMs`, and up to `spreadMs` less or more over the lanes.
 */
const aims = [
  { gapMs: plainCloseMs - beforeCloseMs, spreadMs: delayMs / 10 }, // just before the plain server's close
  { gapMs: lbIdleMs, spreadMs: delayMs }, // at the load balancer's
  { gapMs: safeCloseMs - beforeCloseMs, spreadMs: delayMs / 10 } // just before the safe server's
]

const lanesPerAim = 16

// what a round takes beside its gap: two requests there and back, one of them connecting
const roundMsExtra = 4 * delayMs + 100

/** How often each aim is tried when all of them run side by side for `driveMs`. */
function countRounds (aim, driveMs) {
  return Math.max(1, Math.floor(driveMs / (aim.gapMs + roundMsExtra)))
}

module.exports = {
  scale,
  lbIdleMs,
  serverSettings,
  safeOptions,
  delayMs,
  plainCloseMs,
  safeCloseMs,
  aims,
  lanesPerAim,
  countRounds
}
