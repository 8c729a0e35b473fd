'use strict'

// When, after an answer, the next request is sent: swept around the moments at which one side
// or the other closes the idle connection.

const { proxies } = require('../support/proxies')
const { checkMs, delayMs, lbIdleMs, vulnerableCloseMs, vulnerableHeadersMs } = require('./settings')

/**
 * A request is lost when the proxy has sent it before the end of the connection arrives there,
 * and it reaches Node after the close: for 2 * delayMs before that close, as a client sees it
 * through the proxy. Timers on a busy machine make the gap longer, never shorter: the sweep
 * begins well before.
 */
function aroundClose (closeMs) {
  return { fromMs: closeMs - 6 * delayMs, toMs: closeMs + delayMs / 2 }
}

/** Around the proxy's own close. Without one: where it would be. */
function aroundProxyClose (id) {
  const [earliest, latest] = proxies[id].closes(lbIdleMs) ?? [lbIdleMs, lbIdleMs]
  return { fromMs: earliest - 3 * delayMs, toMs: latest + 3 * delayMs }
}

/**
 * The windows for a server that closes at `closeMs` behind the proxy `id`, each with its share
 * of the lanes. A close of the server's that comes long after the proxy's says nothing.
 */
function findAims ({ server, closeMs }, id) {
  const proxyClose = aroundProxyClose(id)
  const isUnbounded = proxies[id].closes(lbIdleMs) === null
  if (server === 'ours') {
    const own = isUnbounded ? 2 * lbIdleMs : closeMs
    return [{ ...aroundClose(vulnerableCloseMs), share: 0.4 }, { ...proxyClose, share: 0.45 }, { ...aroundClose(own), share: 0.15 }]
  }
  if (closeMs < lbIdleMs) return [{ ...aroundClose(closeMs), share: 1 }]
  if (!isUnbounded && closeMs > 2 * lbIdleMs) return [{ ...proxyClose, share: 1 }]
  return [{ ...proxyClose, share: 0.5 }, { ...aroundClose(closeMs), share: 0.5 }]
}

/**
 * The same for connections that are opened in advance and were never used: the age at which
 * the first request comes. Node looks at their limit every checkMs.
 */
function findUnusedAims ({ server }, delayMs) {
  const limit = { fromMs: vulnerableHeadersMs - 3 * delayMs, toMs: vulnerableHeadersMs + checkMs + delayMs }
  if (server === 'vulnerable') return [{ ...limit, share: 1 }]
  // nobody uses a connection that is as old as its idle timeout
  const close = { fromMs: lbIdleMs - 4 * delayMs, toMs: lbIdleMs - 1 }
  return [{ ...limit, share: 0.5 }, { ...close, share: 0.5 }]
}

module.exports = { findAims, findUnusedAims }
