'use strict'

// What stays on a server after applyLbSafeTimeouts(): the last look (and the guard and the
// evidence). One of each per server, however often and by whichever copy of this package it
// is applied; the newest call's options hold, and the last restore() takes all away.

const { startLastLook } = require('./last-look')

// Any copy of this package, of any version, finds what another one has attached
const kAttached = Symbol.for('lb-safe-timeouts.attached')

function createAttached (server) {
  const users = []
  let lastLook
  let current = {}

  function start (wanted) {
    if (wanted.lastLook !== current.lastLook) {
      lastLook?.stop()
      lastLook = wanted.lastLook ? startLastLook(server, {}) : undefined
    }
    current = wanted
  }

  return {
    /** Another call of applyLbSafeTimeouts(); returns what undoes it. */
    add (user) {
      users.push(user)
      start(user)
      return () => {
        const at = users.indexOf(user)
        if (at === -1) return
        users.splice(at, 1)
        start(users[users.length - 1] ?? {})
        if (users.length === 0) delete server[kAttached]
      }
    }
  }
}

/**
 * Attaches what `user` asks for: { ask, report, onUnsafeWrite, lastLook, evidence }. Returns
 * what undoes it.
 */
function attach (server, user) {
  if (server[kAttached] === undefined) {
    // a frozen server can be used, and nothing can be attached to it
    if (!Object.isExtensible(server)) return () => {}
    Object.defineProperty(server, kAttached, { value: createAttached(server), configurable: true })
  }
  return server[kAttached].add(user)
}

module.exports = { attach }
