'use strict'

// The course of one drain. Three timers rule it: the window's end, the final look, and the
// deadline; a sweep in between judges the connections that nobody uses.

const diagnostics = require('node:diagnostics_channel')
const { setTimeout: wait } = require('node:timers/promises')
const { Announcer } = require('./announce')
const { QUIET, UNSURE } = require('./connection')
const { Connections } = require('./connections')
const { closeListener } = require('./listener')
const { findSymbol } = require('./track')
const { createReport } = require('./report')

// A new connection gets this long for its first request after the listener is closed: it
// came for one, and the handshake and the request are two trips on the same way.
const freshMs = 1000

// the sweep, and the faster one at the end
const sweepMs = 100
const finalSweepMs = 20
// with very many connections a sweep takes a while: at most one part in ten of the time is for it
const sweepShare = 10

// how long before the deadline idle connections are closed: time for the FIN to arrive, and
// for the answers to those that a look has saved
const finalMsMax = 1000

// a request that a stall of ours kept in the kernel until the deadline is read and answered
// all the same, if it takes no longer than this
const overtimeMs = 500

const channel = diagnostics.channel('lb-safe-timeouts:drain')

// of all streams ever: "I will close; open no more on this session, use another"
const lastStreamIdMax = 2 ** 31 - 1

/** Whether the peer ended `socket`, by FIN or by what the kernel reports as an error. */
function hasLeft (socket) {
  return socket.readableEnded || typeof socket.errored?.errno === 'number'
}

class Drain {
  constructor (server, options) {
    this.server = server
    this.options = options
    const now = performance.now()
    this.startMs = now
    this.deadlineAtMs = now + options.deadlineMs
    this.finalAtMs = this.deadlineAtMs - Math.min(finalMsMax, Math.floor((options.deadlineMs - options.windowMs) / 2))
    this.closedAtMs = Infinity // when the listener was closed
    this.idleMs = options.idleMs // how long a peer may be silent
    this.hurry = new AbortController() // ends the window, and the wait for idle connections
    this.empty = null // resolves the wait for the last connection
    this.counts = { atStart: 0, accepted: 0, answered: 0, closedAfterAnswer: 0, closedByPeer: 0, closedIdle: 0, savedByLook: 0, closedByNode: 0, destroyed: 0, upgraded: 0, sessions: 0 }
    this.connections = new Connections(server, {
      onOpen: (connection) => this.onOpen(connection),
      onClose: (connection) => this.onClose(connection)
    })
    this.announcer = new Announcer(server, this.connections, () => { this.counts.answered++ })
    this.onUpgrade = (req, socket) => this.markUpgraded(socket)
    this.faults = [] // what listeners of the application have thrown
  }

  async run () {
    try {
      this.start()
      await this.passWindow()
      const gate = await closeListener(this.server, () => performance.now() >= this.deadlineAtMs)
      this.closedAtMs = performance.now()
      for (const connection of this.connections) this.take(connection)
      await this.passDeadline()
      if (this.faults.length > 0) throw this.faults[0]
      return createReport(this, gate)
    } finally {
      this.stop()
    }
  }

  /** What a listener throws must cost no request: it is thrown again when all are answered. */
  tell (name, argument) {
    try {
      this.server.emit(name, argument)
    } catch (error) {
      this.faults.push(error)
    }
  }

  start () {
    const { server, options } = this
    this.connections.start()
    this.counts.atStart = this.connections.size
    this.announcer.start()
    for (const name of ['upgrade', 'connect']) {
      // a listener of ours alone would change what Node does with such a request
      if (server.listenerCount(name) > 0) server.prependListener(name, this.onUpgrade)
    }
    this.watchSignal(options.signal)
    for (const connection of this.connections) this.notify(connection)
    this.sweep()
    const event = { server, windowMs: options.windowMs, deadlineMs: options.deadlineMs }
    channel.publish(event)
    this.tell('draining', event)
  }

  watchSignal (signal) {
    if (signal === undefined) return
    const onAbort = () => this.hurry.abort()
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    this.hurry.signal.addEventListener('abort', () => signal.removeEventListener('abort', onAbort), { once: true })
    this.forgetSignal = () => signal.removeEventListener('abort', onAbort)
  }

  async passWindow () {
    const endMs = Math.min(this.startMs + this.options.windowMs, this.deadlineAtMs)
    await this.sleepUntil(endMs)
  }

  /** Until then, or until there is a hurry. */
  async sleepUntil (atMs) {
    const { signal } = this.hurry
    try {
      await wait(Math.max(0, atMs - performance.now()), undefined, { signal })
    } catch (error) {
      if (error.name !== 'AbortError') throw error
    }
  }

  /** Until the last connection has ended; those that do not end are destroyed in time. */
  async passDeadline () {
    if (this.connections.size === 0) return
    await new Promise((resolve) => {
      this.empty = resolve
      this.sweep()
      this.deadlineTimer = setTimeout(() => this.enforce(), Math.max(0, this.deadlineAtMs - performance.now()))
    })
  }

  stop () {
    clearTimeout(this.sweepTimer)
    clearTimeout(this.deadlineTimer)
    this.forgetSignal?.()
    this.announcer.stop()
    this.connections.stop()
    for (const name of ['upgrade', 'connect']) this.server.removeListener(name, this.onUpgrade)
    // what close() of http does first, and we last: nobody is left to be limited
    if (!this.server.listening) clearInterval(this.server[findSymbol(this.server, 'http.server.connectionsCheckingInterval')])
  }

  // ---- one connection ------------------------------------------------------------------

  onOpen (connection) {
    if (connection.session === null) this.counts.accepted++
    this.notify(connection)
    if (this.closedAtMs !== Infinity) this.take(connection)
  }

  /** HTTP/2 is told at once: it opens no more streams here, and loses none. */
  notify (connection) {
    const { session } = connection
    if (session === null || session.destroyed || connection.announced) return
    connection.announced = true
    this.counts.sessions++
    session.goaway(0, lastStreamIdMax)
  }

  /** The window is over: what has no idea of `Connection: close` is told in its own way. */
  take (connection) {
    const { session } = connection
    if (session !== null && !session.closed) session.close()
    if (connection.state(() => false) === 'upgraded') this.tellUpgraded(connection)
  }

  markUpgraded (socket) {
    const connection = this.connections.find(socket)
    if (connection === undefined) return
    // after the application's own listeners, which send the handshake
    setImmediate(() => { if (this.closedAtMs !== Infinity) this.tellUpgraded(connection) })
  }

  /** The application alone knows how its protocol says goodbye. */
  tellUpgraded (connection) {
    if (connection.upgraded || connection.socket.destroyed) return
    connection.upgraded = true
    this.counts.upgraded++
    this.tell('upgrade-drain', connection.socket)
  }

  onClose (connection) {
    const { counts } = this
    const { base, socket } = connection
    if (connection.ending === 'destroyed') counts.destroyed++
    else if (connection.ending === 'idle') counts.closedIdle++
    else if (hasLeft(base) || hasLeft(socket)) counts.closedByPeer++
    else if (connection.announced || connection.session !== null) counts.closedAfterAnswer++
    else counts.closedByNode++
    if (this.connections.size === 0) this.empty?.()
  }

  // ---- the connections that nobody uses ------------------------------------------------

  sweep () {
    const now = performance.now()
    const final = this.closedAtMs !== Infinity && (now >= this.finalAtMs || this.hurry.signal.aborted)
    const isMidMessage = this.connections.midMessage()
    for (const connection of this.connections) {
      const state = connection.state(isMidMessage)
      if (state === 'idle') this.judgeIdle(connection, now, final)
      else connection.dueMs = null
      if (state === 'fresh') this.judgeFresh(connection, now, final)
    }
    clearTimeout(this.sweepTimer)
    const tookMs = performance.now() - now
    this.sweepTimer = setTimeout(() => this.sweep(), Math.max(final ? finalSweepMs : sweepMs, tookMs * sweepShare))
  }

  judgeIdle (connection, now, final) {
    const { socket } = connection
    // Node's own idle timer looks at nothing before it closes. From now on it is we who do.
    if (socket.timeout) socket.setTimeout(0)
    if (connection.dueMs === null) connection.dueMs = now + this.idleMs - (connection.silentMs() ?? 0)
    if (!final && now < connection.dueMs) return
    if (!final) {
      // it may have been used, and be idle again
      connection.dueMs = now + this.idleMs - (connection.silentMs() ?? this.idleMs)
      if (now < connection.dueMs) return
    }
    this.lookAndEnd(connection)
  }

  judgeFresh (connection, now, final) {
    if (connection.socket.timeout) connection.socket.setTimeout(0)
    const graceMs = Math.max(this.closedAtMs, connection.bornMs ?? 0) + freshMs
    if (now >= graceMs || (final && now >= this.finalAtMs)) this.lookAndEnd(connection)
  }

  lookAndEnd (connection) {
    if (connection.ending !== null) return
    const found = connection.look()
    if (found === QUIET) {
      connection.end('idle')
    } else if (found !== UNSURE && !connection.saved) {
      connection.saved = true
      this.counts.savedByLook++
    }
  }

  /** The deadline. A request that came during a stall of ours gets its answer first. */
  enforce () {
    const isMidMessage = this.connections.midMessage()
    let late = 0
    for (const connection of this.connections) {
      const state = connection.state(isMidMessage)
      const isWaiting = (state === 'idle' || state === 'fresh') && connection.look() !== QUIET
      if (isWaiting && !this.isOvertime) late++
      else connection.destroy()
    }
    this.isOvertime = true
    clearTimeout(this.sweepTimer)
    if (late > 0) this.deadlineTimer = setTimeout(() => this.enforce(), overtimeMs)
  }
}

module.exports = { Drain }
