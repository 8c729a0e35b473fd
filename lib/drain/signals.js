'use strict'

// The end of a process' life: a signal, the drain, the application's own goodbyes, the exit
// code. Whatever hangs, the process is gone at the deadline.

const os = require('node:os')
const { native } = require('../binding')
const { createError, inspect } = require('../errors')
const { pick } = require('../options')
const { drainNames } = require('./options')

const signalNames = ['signals', 'onDraining', 'onDrained', ...drainNames]

// of the deadline, what the callbacks after the drain can count on
const callbacksMsMax = 5000

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

/**
 * Reads the options of drain.onSignals(). `check(servers, drainOptions)` judges the rest, so
 * that a mistake is reported at start and not at the signal.
 */
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

class Signals {
  /** `drainOne(server, options)` is drain(); `deadlineMs` is for everything together. */
  constructor (servers, options, deadlineMs, drainOne) {
    Object.assign(this, options, { servers, deadlineMs, drainOne })
    this.exitCode = 0
    this.started = null
    this.onSignal = (name) => this.receive(name)
    for (const name of this.signals) process.on(name, this.onSignal)
  }

  /** Stops to listen; a drain that has begun goes on. */
  remove () {
    for (const name of this.signals) process.removeListener(name, this.onSignal)
  }

  receive (name) {
    if (this.started !== null) process.exit(signalExitBase + os.constants.signals[name])
    this.started = name
    // nothing below may keep the process longer than this, not even the work of others
    setTimeout(() => this.leave('the deadline'), this.deadlineMs)
    this.run(name).then(() => this.leave())
  }

  leave (why) {
    if (why !== undefined) {
      process.stderr.write(`lb-safe-timeouts: ${why} of ${this.deadlineMs} ms has come before ${this.waitingFor}\n`)
      this.exitCode = 1
    }
    process.exit(this.exitCode)
  }

  async run (name) {
    const { servers, drainOptions, deadlineMs, onDraining, onDrained } = this
    const reserveMs = onDrained.length === 0 ? 0 : Math.min(callbacksMsMax, Math.floor(deadlineMs / 5))
    const options = { ...drainOptions, deadlineMs: deadlineMs - reserveMs }
    // it was checked against the whole deadline
    if (options.windowMs > options.deadlineMs) options.windowMs = options.deadlineMs
    this.waitingFor = 'the last connection ended'
    const reports = Promise.all(servers.map((server) => this.drainOne(server, options)))
    this.call(onDraining, name)
    const found = await reports
    for (const callback of onDrained) {
      this.waitingFor = `${callback.name || 'a callback'} of onDrained ended`
      await this.call([callback], found.length === 1 ? found[0] : found)
    }
  }

  /** Errors of a callback cost the exit code, and nothing else. */
  async call (callbacks, argument) {
    for (const callback of callbacks) {
      try {
        await callback(argument)
      } catch (error) {
        this.exitCode = 1
        process.stderr.write(`lb-safe-timeouts: ${callback.name || 'a callback'} failed: ${error?.stack ?? error}\n`)
      }
    }
  }
}

module.exports = { readSignalOptions, Signals }
