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

/**
 * Looks at the connections of `server` before Node closes them. An `observer` hears of each
 * that comes, onConnection(socket), and of each that was closed or kept, onIdleDeadline(socket,
 * look). With `look: false` it only listens.
 */
function startLastLook (server, { look = true, observer }) {
  const idleTimers = new Map() // what Node arms -> the keepAliveTimeout that it came from
  let seen
  let active = true

  function readIdleTimer () {
    const { keepAliveTimeout, keepAliveTimeoutBuffer } = server
    if (seen !== undefined && seen.keepAliveTimeout === keepAliveTimeout && seen.keepAliveTimeoutBuffer === keepAliveTimeoutBuffer) return
    seen = { keepAliveTimeout, keepAliveTimeoutBuffer }
    const idle = native().policyIdle(process.versions.node, server)
    if (idle === null) return
    idleTimers.delete(idle.timerMs)
    idleTimers.set(idle.timerMs, idle.keepAliveMs)
    if (idleTimers.size > idleTimersMax) idleTimers.delete(idleTimers.keys().next().value)
  }

  /** Of a socket whose timer has fired: the idle time in the plan; undefined for other timers. */
  function findIdleMs (socket, looked) {
    if (!isBetweenRequests(socket)) return undefined
    if (looked !== undefined && looked.armedMs === socket.timeout) return looked.idleMs
    readIdleTimer()
    return idleTimers.get(Math.trunc(socket.timeout))
  }

  /** What earlier looks left, unless an answer has gone out since then. */
  function recall (socket) {
    const looked = socket[kLooked]
    return looked?.bytesWritten === socket.bytesWritten ? looked : undefined
  }

  /** Does what Node would do now; a 'timeout' listener of the application may still prevent it. */
  function close (socket, seen) {
    Object.getPrototypeOf(socket)._onTimeout.call(socket)
    if (seen !== undefined && socket.destroyed) observer?.onIdleDeadline(socket, seen)
  }

  /** Called from a timer: immediates run after the next poll, in every order of phases. */
  function closeAfterPoll (socket) {
    const { bytesRead } = socket
    setImmediate(() => {
      if (!socket.destroyed && socket.bytesRead === bytesRead && isBetweenRequests(socket)) close(socket, { action: 'close' })
    })
  }

  function hold (socket, result, idleMs) {
    if (result.action === 'wait') socket.setTimeout(result.waitMs)
    else socket._unrefTimer()
    socket[kLooked] = { memory: result, bytesWritten: socket.bytesWritten, armedMs: socket.timeout, idleMs }
    observer?.onIdleDeadline(socket, result)
  }

  /** What to do with a socket whose timer has fired; undefined: it is none of our business. */
  function decide (socket) {
    const looked = recall(socket)
    const idleMs = findIdleMs(socket, looked)
    if (idleMs === undefined) return undefined
    const fd = socket._handle?.fd
    if (!look) return { action: 'close' }
    if (!(fd >= 0)) return { action: 'poll' }
    const result = native().lookDecide(fd, Math.trunc(socket.timeout), idleMs, looked?.memory ?? null)
    if (result.action === 'keep' || result.action === 'wait') hold(socket, result, idleMs)
    return result
  }

  function onTimeout () {
    let result
    try {
      if (active) result = decide(this)
    } catch {
      // a look that fails must not be worse than no look
    }
    if (result === undefined || result.action === 'close') close(this, result)
    else if (result.action === 'poll') closeAfterPoll(this)
  }

  function watch (socket) {
    if (typeof socket._onTimeout === 'function') socket._onTimeout = onTimeout
  }

  function onConnection (socket) {
    watch(socket)
    observer?.onConnection(socket)
  }

  const event = connectionEvent(server)
  readIdleTimer()
  // before Node's own listener, which arms server.timeout: its timer calls what is there then
  server.prependListener(event, onConnection)
  listConnections(server)?.forEach(watch)

  return {
    /** keepAliveTimeout has changed: connections are armed with the new value from now on. */
    readIdleTimer,
    stop () {
      active = false
      server.removeListener(event, onConnection)
    }
  }
}

module.exports = { startLastLook, listConnections, isBetweenRequests }
