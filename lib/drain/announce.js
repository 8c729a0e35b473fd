'use strict'

// `Connection: close` on every answer from now on. It is decided when the headers go out and
// not before: only then is it known whether a pipelined request follows.

// how long a peer may go on sending a body that nobody waits for, after our answer and FIN
const lingerMs = 1000

const upgradeToken = /\bupgrade\b/i

/** Whether `name` is Connection with a value that would keep it open; an upgrade stays. */
function keepsOpen (name, value) {
  return String(name).toLowerCase() === 'connection' && !upgradeToken.test(String(value))
}

/** The headers passed to writeHead(), without one that would keep the connection open. */
function withoutKeepAlive (headers) {
  if (Array.isArray(headers)) {
    if (Array.isArray(headers[0])) return headers.filter(([name, value]) => !keepsOpen(name, value))
    const kept = []
    for (let i = 0; i + 1 < headers.length; i += 2) {
      if (!keepsOpen(headers[i], headers[i + 1])) kept.push(headers[i], headers[i + 1])
    }
    return kept
  }
  if (typeof headers !== 'object' || headers === null) return headers
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) => !keepsOpen(name, value)))
}

/** Node closes after the answer. It does so at once, and bytes of a body that still come
 * would then reset the connection, perhaps before the peer has read the answer. So: FIN,
 * and the end when the body is complete. */
function lingerForBody (req, socket) {
  const destroySoon = socket.destroySoon
  if (typeof destroySoon !== 'function' || Object.hasOwn(socket, 'destroySoon')) return
  socket.destroySoon = function lingeringDestroySoon () {
    delete socket.destroySoon
    if (req.complete || socket.destroyed) return destroySoon.call(socket)
    const finish = () => {
      clearTimeout(timer)
      destroySoon.call(socket)
    }
    const timer = setTimeout(finish, lingerMs)
    req.once('end', finish)
    req.once('close', finish)
    socket.end()
  }
}

// these carry a request and its response
const requestEvents = ['request', 'checkContinue', 'checkExpectation']

class Announcer {
  /** `connections` are those of the drain; `onAnswered()` is called per answer given. */
  constructor (server, connections, onAnswered) {
    this.server = server
    this.connections = connections
    this.onAnswered = onAnswered
    this.onStream = (stream) => {
      connections.addSession(stream.session)
      stream.once('close', onAnswered)
    }
  }

  start () {
    this.hold()
    // alone, a listener of ours would leave a stream without an answer
    if (this.server.listenerCount('stream') > 0) this.server.prependListener('stream', this.onStream)
    for (const connection of this.connections) {
      const res = connection.socket._httpMessage
      if (res) this.announce(res)
    }
  }

  stop () {
    this.release()
    this.server.removeListener('stream', this.onStream)
  }

  /**
   * From now on a request is told to the application one tick after it was parsed. By then
   * all that arrived with it is parsed too, and an answer given at once already knows whether
   * another request stands behind its own.
   */
  hold () {
    const { server } = this
    const own = Object.getOwnPropertyDescriptor(server, 'emit')
    const emit = server.emit
    const announcer = this
    server.emit = function heldEmit (name, req, res) {
      if (!requestEvents.includes(name) || !(req?.httpVersionMajor === 1)) return emit.apply(this, arguments)
      process.nextTick(() => {
        announcer.announce(res)
        emit.apply(server, arguments)
      })
      return true
    }
    const held = server.emit
    this.release = () => {
      if (server.emit !== held) return // wrapped by someone else since then
      if (own === undefined) delete server.emit
      else Object.defineProperty(server, 'emit', own)
    }
  }

  announce (res) {
    const { req } = res
    const { socket } = req
    res.once('finish', () => {
      this.onAnswered()
      // Node has put the next pipelined answer in place by now, if there is one; it may have
      // been waiting there since before the drain
      const next = socket._httpMessage
      if (next && next !== res && !Object.hasOwn(next, 'writeHead')) this.announce(next)
    })
    if (res.headersSent) return
    const announcer = this
    const writeHead = res.writeHead
    res.writeHead = function (statusCode, reason, headers) {
      if (!announcer.isLast(req)) return writeHead.apply(res, arguments)
      const own = res.getHeader('connection')
      if (own !== undefined && keepsOpen('connection', own)) res.setHeader('Connection', 'close')
      res.shouldKeepAlive = false
      const connection = announcer.connections.find(socket)
      if (connection !== undefined) connection.announced = true
      if (!req.complete) lingerForBody(req, socket)
      if (typeof reason === 'string') return writeHead.call(res, statusCode, reason, withoutKeepAlive(headers))
      return writeHead.call(res, statusCode, withoutKeepAlive(reason ?? headers))
    }
  }

  /** Whether no request follows this one on its connection, as far as anybody can tell. */
  isLast (req) {
    const { parser } = req.socket
    if (!parser || parser.incoming !== req) return false
    if (!req.complete) return true // what lies in the kernel is its own body
    const waiting = this.connections.find(req.socket)?.inspect()?.waitingBytes
    return !(waiting > 0)
  }
}

module.exports = { Announcer }
