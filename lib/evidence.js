'use strict'

// Evidence: what the kernel and the event loop say about a server that has a plan. Nothing
// here runs per request: a connection is seen when it comes and when it goes, and the rest is
// asked for in status().

const diagnosticsChannel = require('node:diagnostics_channel')
const { createHistogram, monitorEventLoopDelay, performance } = require('node:perf_hooks')
const { native } = require('./binding')
const { deepFreeze } = require('./catalogue')
const { isDraining } = require('./drain/state')
const { isBetweenRequests, listConnections } = require('./last-look')

const channels = {
  idleClose: diagnosticsChannel.channel('lb-safe-timeouts:idle-close'),
  saved: diagnosticsChannel.channel('lb-safe-timeouts:saved'),
  unsafeWrite: diagnosticsChannel.channel('lb-safe-timeouts:unsafe-write')
}

// A peer that opens another connection so soon before or after it closes an idle one closed
// it because it had something to send
const provokedMs = 20

const noNumbers = new Float64Array(0)
const idleMsMax = 24 * 60 * 60 * 1000
const loopDelayResolutionMs = 20
const nsPerMs = 1e6
let loopDelay
let loopDelayUsers = 0

/** One monitor for all servers of the thread, while there are any. Keeps nothing alive. */
function watchLoop () {
  loopDelay ??= monitorEventLoopDelay({ resolution: loopDelayResolutionMs })
  if (loopDelayUsers++ === 0) loopDelay.enable()
}

function unwatchLoop () {
  if (--loopDelayUsers === 0) loopDelay.disable()
}

function readLoopDelay () {
  // what is recorded is the time between two ticks of the monitor's own timer
  const delayMs = (ns) => Math.max(0, Math.round(ns / nsPerMs) - loopDelayResolutionMs) || 0
  if (loopDelay.max === 0 || loopDelay.count === 0) return { max: 0, p99: 0 }
  return { max: delayMs(loopDelay.max), p99: delayMs(loopDelay.percentile(99)) }
}

function publish (channel, message) {
  if (channel.hasSubscribers) channel.publish(message)
}

/**
 * The last idle closes by peers, as three numbers each: since when, how long, provoked. Made,
 * like the histogram, at the first of them: most servers see few.
 */
class Closes {
  constructor () {
    this.max = native().policyLimits().closesMax
    this.numbers = new Float64Array(this.max * 3)
    this.total = 0
  }

  get count () {
    return Math.min(this.total, this.max)
  }

  add (sinceMs, idleMs, provoked) {
    this.numbers.set([sinceMs, idleMs, provoked ? 1 : 0], (this.total++ % this.max) * 3)
  }

  /** A connection came in: the closes of the last moments made room for it. */
  provoke (nowMs) {
    for (let i = this.total - 1; i >= Math.max(0, this.total - this.max); i--) {
      const at = (i % this.max) * 3
      if (nowMs - (this.numbers[at] + this.numbers[at + 1]) > provokedMs) return
      this.numbers[at + 2] = 1
    }
  }
}

function inspect (fd) {
  try {
    return native().sockInspect(fd)
  } catch {
    return null // no kernel that could be asked
  }
}

/**
 * Since when and how long a connection that its peer has ended was idle, by the kernel's
 * clock; null: it does not say.
 */
function readIdle (socket) {
  const fd = socket._handle?.fd
  const found = fd >= 0 ? inspect(fd) : null
  if (found === null || found.lastSentMs === null) return null
  const { lastSentMs, lastAckedMs } = found
  // the FIN acknowledges too: its time is when it came, however late we learn of it
  return { sinceMs: Math.max(0, performance.now() - lastSentMs), idleMs: Math.max(0, lastSentMs - lastAckedMs) }
}

/** What is known of one server, until stop(). `user` is { report, lastLook }. */
class EvidenceOf {
  constructor (server, user) {
    watchLoop()
    this.server = server
    this.user = user
    this.byPeer = 0
    this.byNode = 0
    this.saved = 0
    this.extended = 0
    this.unsafeWrites = 0
    this.broken = undefined // the properties whose last write was not fine
    this.closes = undefined
    this.histogram = undefined // takes 140 KB
    this.lastCameMs = -Infinity
    this.active = true
    const evidence = this
    this.onEnd = function onEnd () { evidence.onPeerEnd(this) }
  }

  stop () {
    unwatchLoop()
    this.active = false // an upgraded socket is on no list
    listConnections(this.server)?.forEach((socket) => socket.removeListener('end', this.onEnd))
  }

  setUser (user) {
    this.user = user
    this.broken = undefined
  }

  record (sinceMs, idleMs) {
    this.histogram ??= createHistogram({ lowest: 1, highest: idleMsMax, figures: 3 })
    this.closes ??= new Closes()
    if (idleMs > 0) this.histogram.record(Math.min(idleMs, idleMsMax))
    this.closes.add(sinceMs, idleMs, Math.abs(sinceMs + idleMs - this.lastCameMs) <= provokedMs)
  }

  onPeerEnd (socket) {
    try {
      if (!this.active || socket.writableEnded || !isBetweenRequests(socket)) return
      this.byPeer++
      const idle = readIdle(socket)
      if (idle !== null) this.record(idle.sinceMs, idle.idleMs)
      publish(channels.idleClose, { server: this.server, socket, by: 'peer', idleMs: idle?.idleMs ?? null })
    } catch {
      // evidence is never worth a failing connection
    }
  }

  /** The last look tells of a connection that came, or was there when it began, */
  onConnection (socket, isNew) {
    if (isNew) {
      this.lastCameMs = performance.now()
      this.closes?.provoke(this.lastCameMs)
    } else if (socket.listeners('end').includes(this.onEnd)) {
      return
    }
    socket.prependListener('end', this.onEnd)
  }

  /** and of one that it has closed or kept. */
  onIdleDeadline (socket, { action, waitMs, peerEnded = false, peerIdleMs = null }) {
    const { server } = this
    if (action === 'close') {
      // after a stall the peer may have closed first, and nobody has read that yet
      if (peerEnded) this.byPeer++
      else this.byNode++
      publish(channels.idleClose, { server, socket, by: peerEnded ? 'peer' : 'node', idleMs: peerIdleMs })
    } else if (action === 'keep') {
      this.saved++
      publish(channels.saved, { server, socket, why: 'request', peerIdleMs })
    } else if (action === 'wait') {
      this.extended++
      publish(channels.saved, { server, socket, why: 'slow-reader', waitMs, peerIdleMs })
    }
  }

  /** The guard tells of a write to the server's timeouts. */
  onWrite ({ property, write, code, message, enforced }) {
    if (write === 'fine' || write === 'text' || enforced) {
      this.broken?.delete(property)
    } else {
      this.broken ??= new Set()
      this.broken.add(property)
    }
    if (write === 'fine') return
    this.unsafeWrites++
    publish(channels.unsafeWrite, { server: this.server, property, code, message, enforced })
  }

  judge () {
    const { report, lastLook } = this.user
    return native().evidenceJudge({
      hop: report.lb.name,
      planSafe: report.safe,
      lastLook,
      toldMs: report.lb.idleTimeoutMs,
      closeEarliestMs: report.idleCloseMs.earliest,
      brokenWrites: this.broken?.size ?? 0,
      closedByPeer: this.byPeer,
      closedByNode: this.byNode,
      loopDelayMs: readLoopDelay().max
    }, this.closes?.numbers ?? noNumbers, this.closes?.count ?? 0)
  }

  readHistogram () {
    const { histogram } = this
    if (histogram === undefined || histogram.max < histogram.min) return null
    const { min, max } = histogram
    return { min, p50: histogram.percentile(50), p99: histogram.percentile(99), max }
  }

  status () {
    const { verdict, reasons, learned } = this.judge()
    const { lb, idleCloseMs } = this.user.report
    return deepFreeze({
      verdict,
      reasons,
      lb: { ...lb },
      learned,
      open: this.server._connections ?? null,
      idle: listConnections(this.server, 'idle')?.filter(isBetweenRequests).length ?? null,
      draining: isDraining(this.server),
      idleCloses: { byPeer: this.byPeer, byNode: this.byNode },
      saved: this.saved,
      extended: this.extended,
      unsafeWrites: this.unsafeWrites,
      peerIdleMs: this.readHistogram(),
      idleCloseMs: { ...idleCloseMs },
      eventLoopDelayMs: readLoopDelay()
    })
  }
}

module.exports = { EvidenceOf }
