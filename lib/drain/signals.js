'use strict'

// The end of a process' life: a signal, the drain, the application's own goodbyes, the exit
// code. Whatever hangs, the process is gone at the deadline.

const os = require('node:os')
const { native } = require('../binding')
const { createError, inspect } = require('../errors')
const { pick } = require('../options')
const { deadlineOfDrain, drainNames } = require('./options')

// Any copy of this package, of any version, finds what the others wait for
const kSignals = Symbol.for('lb-safe-timeouts.signals')

const signalNames = ['signals', 'onDraining', 'onDrained', ...drainNames]

// the shell's way to say "ended by this signal"
const signalExitBase = 128

function checkSignals (signals) {
  const known = Object.keys(os.constants.signals)
  if (!Array.isArray(signals) || signals.length === 0) {
    throw createError('LBST_E_INVALID_TYPE', `option signals must be a list such as ['SIGTERM'], got ${inspect(signals)}`)
  }
  for (const name of signals) {
    if (known.includes(name) && name !== 'SIGKILL' && name !== 'SIGSTOP') continue
    const nearest = typeof name === 'string' ? native().spellNearest(name, known) : null
    const hint = known.includes(name) ? '; no process can catch that one' : nearest === null ? '' : `; did you mean '${nearest}'?`
    throw createError('LBST_E_INVALID_TYPE', `option signals names no signal to wait for: ${inspect(name)}${hint}`)
  }
  return signals
}

function checkCallbacks (name, value) {
  const list = value === undefined ? [] : Array.isArray(value) ? value : [value]
  for (const callback of list) {
    if (typeof callback !== 'function') {
      throw createError('LBST_E_INVALID_TYPE', `option ${name} must be a function or a list of functions, got ${inspect(callback)}`)
    }
  }
  return list
}

/** Reads the options of drain.onSignals(), without those that are drain()'s own: `drainOptions`. */
function readSignalOptions (given = {}) {
  const { signals = ['SIGTERM', 'SIGINT'], onDraining, onDrained, ...drainOptions } = pick(given, signalNames, 'the options of drain.onSignals()')
  for (const name of drainNames) if (drainOptions[name] === undefined) delete drainOptions[name]
  return {
    signals: checkSignals(signals),
    onDraining: checkCallbacks('onDraining', onDraining),
    onDrained: checkCallbacks('onDrained', onDrained),
    drainOptions
  }
}

/**
 * Of the whole process, and of every copy of this package in it: who waits for signals, and who
 * has not finished since one came. The exit takes the last one's end.
 */
function shared () {
  if (!Object.hasOwn(process, kSignals)) Object.defineProperty(process, kSignals, { value: { waiting: new Set(), running: new Set(), exitCode: 0 } })
  return process[kSignals]
}

class Signals {
  /**
   * `start(server, options)` is drain(); `deadlineMs` is for everything together. One that
   * `isSpare` leaves alone what another one drains at the same signal.
   */
  constructor (servers, { signals, onDraining, onDrained, drainOptions, deadlineMs, start, isSpare = false }) {
    Object.assign(this, { servers, signals, onDraining, onDrained, drainOptions, deadlineMs, start, isSpare })
    this.started = null
    this.onSignal = (name) => this.receive(name)
    for (const name of this.signals) process.on(name, this.onSignal)
    shared().waiting.add(this)
  }

  /** Stops to listen; a drain that has begun goes on. */
  remove () {
    for (const name of this.signals) process.removeListener(name, this.onSignal)
    shared().waiting.delete(this)
  }

  /** The servers that are ours to drain at this signal. */
  choose (name) {
    if (!this.isSpare) return this.servers
    const others = [...shared().waiting].filter((other) => !other.isSpare && other.signals.includes(name))
    return this.servers.filter((server) => !others.some(({ servers }) => servers.includes(server)))
  }

  receive (name) {
    if (this.started !== null) process.exit(signalExitBase + os.constants.signals[name])
    const servers = this.choose(name)
    if (servers.length === 0) return
    this.started = name
    shared().running.add(this)
    // nothing below may keep the process longer than this, not even the work of others
    this.timer = setTimeout(() => {
      this.fail(`the deadline of ${this.deadlineMs} ms has come before ${this.waitingFor}`)
      this.leave()
    }, this.deadlineMs)
    this.run(name, servers).then(() => this.leave())
  }

  fail (why) {
    shared().exitCode = 1
    process.stderr.write(`lb-safe-timeouts: ${why}\n`)
  }

  leave () {
    const { running, exitCode } = shared()
    clearTimeout(this.timer)
    running.delete(this)
    if (running.size === 0) process.exit(exitCode)
  }

  async run (name, servers) {
    const { drainOptions, deadlineMs, onDraining, onDrained } = this
    const options = { ...drainOptions, deadlineMs: deadlineOfDrain(deadlineMs, onDrained) }
    // it was checked against the whole deadline
    if (options.windowMs > options.deadlineMs) options.windowMs = options.deadlineMs
    this.waitingFor = 'the last connection ended'
    const drains = servers.map((server) => this.drainOne(server, options))
    this.call(onDraining, name)
    const reports = (await Promise.all(drains)).filter((report) => report !== null)
    if (reports.some(({ destroyed }) => destroyed > 0)) this.fail(`the drain's deadline of ${options.deadlineMs} ms has come before ${this.waitingFor}`)
    for (const callback of onDrained) {
      this.waitingFor = `${callback.name || 'a callback'} of onDrained ended`
      await this.call([callback], servers.length === 1 && reports.length === 1 ? reports[0] : reports)
    }
  }

  /** A server that cannot be drained keeps no other from it; null. */
  async drainOne (server, options) {
    try {
      return await this.start(server, options)
    } catch (error) {
      this.fail(`the drain of a server failed: ${error?.stack ?? error}`)
      return null
    }
  }

  /** Errors of a callback cost the exit code, and nothing else. */
  async call (callbacks, argument) {
    for (const callback of callbacks) {
      try {
        await callback(argument)
      } catch (error) {
        this.fail(`${callback.name || 'a callback'} failed: ${error?.stack ?? error}`)
      }
    }
  }
}

module.exports = { readSignalOptions, Signals }
