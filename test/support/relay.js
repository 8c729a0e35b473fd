'use strict'

// A TCP relay that makes the way between a proxy and its upstream `delayMs` long in each
// direction. On loopback a request is never "on the wire" for longer than some µs; with a
// relay it is for as long as the test likes, and what happens to it is decided by the
// kernel and by both ends as on a real network: bytes, FIN and RST each arrive as
// themselves, in order, `delayMs` after they were sent. (One thing it cannot see: a RST that
// follows a FIN, because nobody reads after the end. The FIN has told it all by then.)

const net = require('node:net')

/** Copies what comes from `from` to `to`, each event `delayMs` later. */
function forward (from, to, delayMs) {
  // timers of one duration fire in the order in which they were set, so the order is kept
  const later = (act) => setTimeout(() => { if (!to.destroyed) act() }, delayMs)
  from.on('data', (chunk) => later(() => to.write(chunk)))
  from.on('end', () => later(() => to.end()))
  // ECONNRESET and EPIPE: this peer is gone for good. ECONNREFUSED: it never was there.
  from.on('error', () => later(() => to.resetAndDestroy()))
}

/**
 * Starts a relay on an ephemeral port of 127.0.0.1 to `port` of 127.0.0.1. Resolves to
 * { port, close() }; close() resets what is still open. `onConnection(near)` hears of each
 * connection that comes.
 */
function startRelay ({ port, delayMs, onConnection }) {
  const host = '127.0.0.1'
  const sockets = new Set()

  function track (socket) {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }

  // half-open: a FIN is passed on as a FIN, and the other direction lives on
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = net.connect({ host, port, allowHalfOpen: true, noDelay: true })
    track(near)
    track(far)
    onConnection?.(near)
    forward(near, far, delayMs)
    forward(far, near, delayMs)
  })

  function close () {
    for (const socket of sockets) socket.resetAndDestroy()
    return new Promise((resolve) => server.close(resolve))
  }

  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, () => resolve({ port: server.address().port, close }))
  })
}

module.exports = { forward, startRelay }
