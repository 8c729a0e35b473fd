'use strict'

// Last look: before Node closes an idle connection, one native call asks the kernel whether
// a request is in the receive buffer already, and whether the peer had its idle time at all.
//
// The way in is the socket's own _onTimeout, which Node calls when a socket's timer fires. It
// is private, but the same on Node 18 to 26, and it changes nothing that an application can
// see. A server 'timeout' listener, the public way, would take the decision away from Node
// for every timeout of every socket, and be counted among the application's own listeners.

const { native } = require('./binding')

// On a socket that an earlier look has kept: what that look remembered
const kLooked = Symbol('lb-safe-timeouts.looked')

// Values that keepAliveTimeout has had while connections are armed with them
const idleTimersMax = 16

/** The event with which `server` hands an HTTP/1 connection to its parser. */
function connectionEvent (server) {
  return typeof server.setSecureContext === 'function' ? 'secureConnection' : 'connection'
}

/** The connections that Node's own bookkeeping of `server` lists. */
function listConnections (server, which = 'all') {
  const key = Object.getOwnPropertySymbols(server).find(({ description }) => description === 'http.server.connections')
  const list = key === undefined ? undefined : server[key]
  if (typeof list?.[which] !== 'function') return undefined
  return list[which]().map(({ socket }) => socket).filter((socket) => socket && !socket.destroyed)
}

/** Has `socket` answered a request, and is it in none now? */
function isBetweenRequests (socket) {
  const { parser } = socket
  if (!parser || socket._httpMessage || socket.bytesWritten === 0) return false
  return !parser.incoming || parser.incoming.complete
}

/** Does what Node would do now; a 'timeout' listener of the application may still prevent it. */
function timeOut (socket) {
  Object.getPrototypeOf(socket)._onTimeout.call(socket)
}

/** What earlier looks left on `socket`, unless an answer has gone out since then. */
function recall (socket) {
  const looked = socket[kLooked]
  return looked?.bytesWritten === socket.bytesWritten ? looked : undefined
}

/**
 * Looks at the connections of `server` before Node closes them, until stop(). An `observer`
 * hears of each that is there or comes, onConnection(socket, isNew), and of each that was closed
 * or kept, onIdleDeadline(socket, look); `onFirst` is called before the first. With `look: false` it only
 * listens.
 */
class LastLook {
  constructor (server, { look, observer, onFirst }) {
    this.server = server
    this.look = look
    this.observer = observer
    this.onFirst = onFirst
    this.active = true
    this.idleTimers = undefined // what Node arms -> the keepAliveTimeout that it came from
    this.seenTimeout = undefined
    this.seenBuffer = undefined
    const lastLook = this
    this.onConnection = function onConnection (socket) { lastLook.watch(socket, true) }
    this.onTimeout = function onTimeout () { lastLook.onDeadline(this) }
    // before Node's own listener, which arms server.timeout: its timer calls what is there then
    try {
      server.prependListener(connectionEvent(server), this.onConnection)
      listConnections(server)?.forEach((socket) => this.watch(socket, false))
    } catch (error) {
      this.stop()
      throw error
    }
  }

  /** Whether a connection has come yet. */
  get hasSeen () {
    return this.idleTimers !== undefined
  }

  watch (socket, isNew) {
    if (!this.hasSeen) {
      // from now on Node may arm a timer with the present keepAliveTimeout
      this.readIdleTimer()
      this.onFirst?.()
    }
    if (typeof socket._onTimeout === 'function') socket._onTimeout = this.onTimeout
    this.observer?.onConnection(socket, isNew)
  }

  /** keepAliveTimeout may have changed: connections are armed with the new value from now on. */
  readIdleTimer () {
    const { keepAliveTimeout, keepAliveTimeoutBuffer } = this.server
    if (this.idleTimers !== undefined && this.seenTimeout === keepAliveTimeout && this.seenBuffer === keepAliveTimeoutBuffer) return
    this.idleTimers ??= new Map()
    this.seenTimeout = keepAliveTimeout
    this.seenBuffer = keepAliveTimeoutBuffer
    const idle = native().policyIdle(process.versions.node, this.server)
    if (idle === null) return
    this.idleTimers.delete(idle.timerMs)
    this.idleTimers.set(idle.timerMs, idle.keepAliveMs)
    if (this.idleTimers.size > idleTimersMax) this.idleTimers.delete(this.idleTimers.keys().next().value)
  }

  /** The guard tells of a write to the server's timeouts. */
  onChange () {
    if (this.hasSeen) this.readIdleTimer()
  }

  /** Of a socket whose timer has fired: the idle time in the plan; undefined for other timers. */
  findIdleMs (socket, looked) {
    if (!isBetweenRequests(socket)) return undefined
    if (looked !== undefined && looked.armedMs === socket.timeout) return looked.idleMs
    this.readIdleTimer()
    return this.idleTimers.get(Math.trunc(socket.timeout))
  }

  close (socket, result) {
    timeOut(socket)
    if (result !== undefined && socket.destroyed) this.observer?.onIdleDeadline(socket, result)
  }

  /** Called from a timer: immediates run after the next poll, in every order of phases. */
  closeAfterPoll (socket) {
    const { bytesRead } = socket
    setImmediate(() => {
      if (!socket.destroyed && socket.bytesRead === bytesRead && isBetweenRequests(socket)) this.close(socket, { action: 'close' })
    })
  }

  hold (socket, result, idleMs) {
    if (result.action === 'wait') socket.setTimeout(result.waitMs)
    else socket._unrefTimer()
    socket[kLooked] = { memory: result, bytesWritten: socket.bytesWritten, armedMs: socket.timeout, idleMs }
    this.observer?.onIdleDeadline(socket, result)
  }

  /** What to do with a socket whose timer has fired; undefined: it is none of our business. */
  decide (socket) {
    const looked = recall(socket)
    const idleMs = this.findIdleMs(socket, looked)
    if (idleMs === undefined) return undefined
    const fd = socket._handle?.fd
    if (!this.look) return { action: 'close' }
    if (!(fd >= 0)) return { action: 'poll' }
    const result = native().lookDecide(fd, Math.trunc(socket.timeout), idleMs, looked?.memory ?? null)
    if (result.action === 'keep' || result.action === 'wait') this.hold(socket, result, idleMs)
    return result
  }

  onDeadline (socket) {
    let result
    try {
      if (this.active) result = this.decide(socket)
    } catch {
      // a look that fails must not be worse than no look
    }
    if (result === undefined || result.action === 'close') this.close(socket, result)
    else if (result.action === 'poll') this.closeAfterPoll(socket)
  }

  stop () {
    this.active = false
    this.server.removeListener(connectionEvent(this.server), this.onConnection)
  }
}

module.exports = { LastLook, listConnections, isBetweenRequests }
