'use strict'

// A health check that knows of the drain.

/** Makes the request handler: 200, and 503 from the moment `isDraining(server)` is true. */
function createReadiness (server, isDraining) {
  return function readiness (req, res) {
    const isLeaving = isDraining(server)
    const body = isLeaving ? 'draining\n' : 'ready\n'
    res.statusCode = isLeaving ? 503 : 200
    res.setHeader('Content-Type', 'text/plain')
    res.setHeader('Cache-Control', 'no-store')
    res.setHeader('Content-Length', Buffer.byteLength(body))
    // also where the health check has a server of its own, which is not draining
    if (isLeaving && req.httpVersionMajor === 1) res.setHeader('Connection', 'close')
    res.end(req.method === 'HEAD' ? undefined : body)
  }
}

module.exports = { createReadiness }
