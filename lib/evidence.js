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

const idleMsMax = 24 * 60 * 60 * 1000
const loopDelayResolutionMs = 20
const nsPerMs = 1e6
let loopDelay
let loopDelayUsers = 0

/** One monitor for all servers of the thread, while there are any. Keeps nothing alive. */
function watchLoop () {
  loopDelay ??= monitorEventLoopDelay({ resolution: loopDelayResolutionMs })
  if (loopDelayUsers++ === 0) loopDelay.enable()
  return () => {
    if (--loopDelayUsers === 0) loopDelay.disable()
  }
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

const noNumbers = new Float64Array(0)

/**
 * The last idle closes by peers, as three numbers each: since when, how long, provoked. Its
 * memory, like the histogram's, is taken at the first of them: most servers see few.
 */
function createCloses () {
  let max = 0
  let numbers = noNumbers
  let total = 0
  return {
    get numbers () { return numbers },
    get count () { return Math.min(total, max) },
    add (sinceMs, idleMs, provoked) {
      if (max === 0) {
        max = native().policyLimits().closesMax
        numbers = new Float64Array(max * 3)
      }
      numbers.set([sinceMs, idleMs, provoked ? 1 : 0], (total++ % max) * 3)
    },
    /** A connection came in: the closes of the last moments made room for it. */
    provoke (nowMs) {
      for (let i = total - 1; i >= Math.max(0, total - max); i--) {
        const at = (i % max) * 3
        if (nowMs - (numbers[at] + numbers[at + 1]) > provokedMs) return
        numbers[at + 2] = 1
      }
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

function startEvidence (server, user) {
  const counts = { byPeer: 0, byNode: 0, saved: 0, extended: 0, unsafeWrites: 0 }
  const broken = new Set()
  const closes = createCloses()
  const unwatchLoop = watchLoop()
  let lastCameMs = -Infinity
  let histogram // made when there is something to record: it takes 140 KB

  function record (idleMs) {
    histogram ??= createHistogram({ lowest: 1, highest: idleMsMax, figures: 3 })
    if (idleMs > 0) histogram.record(Math.min(idleMs, idleMsMax))
  }

  function onPeerEnd () {
    try {
      if (this.writableEnded || !isBetweenRequests(this)) return
      counts.byPeer++
      const idle = readIdle(this)
      if (idle !== null) {
        const { sinceMs, idleMs } = idle
        record(idleMs)
        closes.add(sinceMs, idleMs, Math.abs(sinceMs + idleMs - lastCameMs) <= provokedMs)
      }
      publish(channels.idleClose, { server, socket: this, by: 'peer', idleMs: idle?.idleMs ?? null })
    } catch {
      // evidence is never worth a failing connection
    }
  }

  function judge () {
    const { report, lastLook } = user
    return native().evidenceJudge({
      hop: report.lb.name,
      planSafe: report.safe,
      lastLook,
      toldMs: report.lb.idleTimeoutMs,
      closeEarliestMs: report.idleCloseMs.earliest,
      brokenWrites: broken.size,
      closedByPeer: counts.byPeer,
      closedByNode: counts.byNode,
      loopDelayMs: readLoopDelay().max
    }, closes.numbers, closes.count)
  }

  function readHistogram () {
    if (histogram === undefined || histogram.max < histogram.min) return null
    const { min, max } = histogram
    return { min, p50: histogram.percentile(50), p99: histogram.percentile(99), max }
  }

  return {
    setUser (newUser) {
      user = newUser
      broken.clear()
    },
    /** The last look tells of a connection that came, */
    onConnection (socket) {
      lastCameMs = performance.now()
      closes.provoke(lastCameMs)
      socket.prependListener('end', onPeerEnd)
    },
    /** and of one that it has closed or kept. */
    onIdleDeadline (socket, { action, waitMs, peerEnded = false, peerIdleMs = null }) {
      if (action === 'close') {
        // after a stall the peer may have closed first, and nobody has read that yet
        if (peerEnded) counts.byPeer++
        else counts.byNode++
        publish(channels.idleClose, { server, socket, by: peerEnded ? 'peer' : 'node', idleMs: peerIdleMs })
      } else if (action === 'keep') {
        counts.saved++
        publish(channels.saved, { server, socket, why: 'request', peerIdleMs })
      } else if (action === 'wait') {
        counts.extended++
        publish(channels.saved, { server, socket, why: 'slow-reader', waitMs, peerIdleMs })
      }
    },
    /** The guard tells of a write that was not fine. */
    onWrite ({ property, write, code, message, enforced }) {
      if (write !== 'fine') counts.unsafeWrites++
      if (write === 'fine' || write === 'text' || enforced) broken.delete(property)
      else broken.add(property)
      if (write !== 'fine') publish(channels.unsafeWrite, { server, property, code, message, enforced })
    },
    status () {
      const { verdict, reasons, learned } = judge()
      const { lb, idleCloseMs } = user.report
      return deepFreeze({
        verdict,
        reasons,
        lb: { ...lb },
        learned,
        open: server._connections ?? null,
        idle: listConnections(server, 'idle')?.filter(isBetweenRequests).length ?? null,
        draining: isDraining(server),
        idleCloses: { byPeer: counts.byPeer, byNode: counts.byNode },
        saved: counts.saved,
        extended: counts.extended,
        unsafeWrites: counts.unsafeWrites,
        peerIdleMs: readHistogram(),
        idleCloseMs: { ...idleCloseMs },
        eventLoopDelayMs: readLoopDelay()
      })
    },
    stop: unwatchLoop
  }
}

module.exports = { startEvidence }
