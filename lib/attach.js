'use strict'

// What stays on a server after applyLbSafeTimeouts(): the guard, the last look and the
// evidence. One of each per server, however often and by whichever copy of this package it is
// applied; the newest call's options hold, and the last restore() takes all away.

const { startGuard } = require('./guard')
const { startLastLook } = require('./last-look')

// Any copy of this package, of any version, finds what another one has attached
const kAttached = Symbol.for('lb-safe-timeouts.attached')

function createAttached (server) {
  const users = []
  const running = {}
  let ours = 0

  function stop (name) {
    running[name]?.stop()
    delete running[name]
  }

  function startGuarding (user) {
    if (user.onUnsafeWrite === 'off' || user.protocol === 'http2') return
    running.guard = startGuard(server, { ask: user.ask, protocol: user.protocol, mode: user.onUnsafeWrite }, {
      isOurs: () => ours > 0,
      observe: (write) => running.evidence?.onWrite(write),
      changed: () => running.lastLook?.readIdleTimer()
    })
  }

  function collectEvidence (user) {
    if (running.evidence !== undefined) return running.evidence.setUser(user)
    try {
      // required here and not before, so that requiring this package stays cheap
      running.evidence = require('./evidence').startEvidence(server, user)
    } catch {
      // another runtime, without the histograms of Node's: safe, and nothing to show for it
    }
  }

  /** Makes what runs match the newest user. What was learned so far is kept where it can be. */
  function arrange (user) {
    stop('guard')
    stop('lastLook')
    if (user === undefined) {
      stop('evidence')
      delete server[kAttached]
      return
    }
    if (user.evidence) collectEvidence(user)
    else stop('evidence')
    if (user.protocol !== 'http2' && (user.lastLook || user.evidence)) {
      running.lastLook = startLastLook(server, { look: user.lastLook, observer: running.evidence })
    }
    startGuarding(user)
  }

  return {
    /**
     * Another call of applyLbSafeTimeouts(); returns what undoes it. A call that found nothing
     * to change brings its options, and goes when the last one goes that did.
     */
    add (user) {
      const entry = { ...user, owns: users.length === 0 || user.report.changed.length > 0 }
      users.push(entry)
      arrange(entry)
      return () => {
        const at = users.indexOf(entry)
        if (at === -1) return
        users.splice(at, 1)
        if (!users.some(({ owns }) => owns)) users.length = 0
        arrange(users[users.length - 1])
      }
    },
    /** Runs `write`, whose writes to the server are this package's own. */
    own (write) {
      ours++
      try {
        return write()
      } finally {
        ours--
      }
    },
    status: () => running.evidence?.status()
  }
}

/** What this or another copy of the package has attached to `server`, or undefined. */
function findAttached (server) {
  return Object(server)[kAttached]
}

/** Runs `write`, which writes timeouts of `server` that no guard is to judge. */
function ownWrite (server, write) {
  const attached = findAttached(server)
  return attached === undefined ? write() : attached.own(write)
}

/**
 * Attaches what `user` asks for: { ask, protocol, report, onUnsafeWrite, lastLook, evidence }.
 * Returns what undoes it.
 */
function attach (server, user) {
  if (findAttached(server) === undefined) {
    // nothing can be attached to a frozen server, or to one that is no emitter of Node's
    if (!Object.isExtensible(server) || typeof server.prependListener !== 'function') return () => {}
    Object.defineProperty(server, kAttached, { value: createAttached(server), configurable: true })
  }
  return server[kAttached].add(user)
}

module.exports = { attach, findAttached, ownWrite }
