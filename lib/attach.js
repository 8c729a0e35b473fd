'use strict'

// What stays on a server after applyLbSafeTimeouts(): the guard, the last look and the
// evidence. One of each per server, however often and by whichever copy of this package it is
// applied; the newest call's options hold, and the last restore() takes all away.

const { isDeepStrictEqual } = require('node:util')
const { Guard } = require('./guard')
const { LastLook } = require('./last-look')

// Any copy of this package, of any version, finds what another one has attached
const kAttached = Symbol.for('lb-safe-timeouts.attached')

/** Whether two calls that changed nothing ask for the same plan and the same options. */
function asksAlike (one, other) {
  const { ask, onUnsafeWrite, lastLook, evidence } = other
  return one.onUnsafeWrite === onUnsafeWrite && one.lastLook === lastLook && one.evidence === evidence && isDeepStrictEqual(one.ask, ask)
}

class Attached {
  constructor (server) {
    this.server = server
    this.users = []
    this.guard = undefined
    this.lastLook = undefined
    this.evidence = undefined
    this.writing = 0
  }

  stop (name) {
    this[name]?.stop()
    this[name] = undefined
  }

  collectEvidence (user) {
    if (this.evidence !== undefined) return this.evidence.setUser(user)
    try {
      // required here and not before, so that requiring this package stays cheap
      const { EvidenceOf } = require('./evidence')
      this.evidence = new EvidenceOf(this.server, user)
    } catch {
      // another runtime, without the histograms of Node's: safe, and nothing to show for it
    }
  }

  /** Makes what runs match the newest user. What was learned so far is kept where it can be. */
  arrange (user) {
    this.stop('guard')
    this.stop('lastLook')
    if (user === undefined) {
      this.stop('evidence')
      delete this.server[kAttached]
      return
    }
    if (user.evidence) this.collectEvidence(user)
    else this.stop('evidence')
    // the timeouts of plain HTTP/2 are not Node's own: there is nothing to look at and to guard
    if (user.protocol === 'http2') return
    if (user.lastLook || user.evidence) this.lastLook = new LastLook(this.server, { look: user.lastLook, observer: this.evidence, onFirst: () => this.guard?.onFirstConnection() })
    if (user.onUnsafeWrite === 'off') return
    this.guard = new Guard(this.server, user, this)
    if (this.lastLook?.hasSeen) this.guard.onFirstConnection()
  }

  // What the guard asks and tells

  isOurs () {
    return this.writing > 0
  }

  onWrite (judged) {
    this.evidence?.onWrite(judged)
  }

  onChange () {
    this.lastLook?.onChange()
  }

  /**
   * Another call of applyLbSafeTimeouts(). A call that found nothing to change brings its
   * options, and goes when the last one goes that did. Where it asks for the same as an earlier
   * such one, the two are one: a server may be applied to again and again.
   */
  add (user) {
    const { users } = this
    user.owns = users.length === 0 || user.report.changed.length > 0
    user.calls = 1
    const twin = user.owns ? undefined : users.find((other) => !other.owns && asksAlike(other, user))
    const seat = twin ?? user
    this.users = [...users.filter((other) => other !== twin), seat]
    try {
      this.arrange(seat)
    } catch (error) {
      // a call that throws has changed nothing
      this.users = users
      this.arrange(users.at(-1))
      throw error
    }
    if (twin !== undefined) twin.calls++
    return () => this.remove(seat)
  }

  remove (user) {
    const at = this.users.indexOf(user)
    if (at === -1 || --user.calls > 0) return
    this.users.splice(at, 1)
    if (!this.users.some(({ owns }) => owns)) this.users.length = 0
    this.arrange(this.users.at(-1))
  }

  /** Runs `write`, whose writes to the server are this package's own. */
  own (write) {
    this.writing++
    try {
      return write()
    } finally {
      this.writing--
    }
  }

  status () {
    return this.evidence?.status()
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
  let attached = findAttached(server)
  if (attached === undefined) {
    // nothing can be attached to a frozen server, or to one that is no emitter of Node's
    if (!Object.isExtensible(server) || typeof server.prependListener !== 'function') return () => {}
    attached = new Attached(server)
    Object.defineProperty(server, kAttached, { value: attached, configurable: true })
  }
  return attached.add(user)
}

module.exports = { attach, findAttached, ownWrite }
