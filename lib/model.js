'use strict'

// The timer model of one connection (src/core/conn.c): what Node's HTTP server would do, and
// when, if this happened then. Nothing here knows the time; the caller says it.

const { native } = require('./binding')
const { nodeTimers } = require('./catalogue')
const { createError, inspect } = require('./errors')
const { pick } = require('./options')

const settingNames = ['keepAliveTimeout', 'keepAliveTimeoutBuffer', 'headersTimeout', 'requestTimeout', 'timeout', 'connectionsCheckingInterval', 'maxRequestsPerSocket']
const optionNames = ['nodeVersion', 'listenAtMs', 'uptimeMs']

let numbers // event name -> its number in src/core/conn.h

function eventNumber (name) {
  numbers ??= new Map(native().connEvents().map((event, index) => [event, index]))
  const number = numbers.get(name)
  if (number !== undefined) return number
  if (typeof name !== 'string') {
    throw createError('LBST_E_INVALID_TYPE', `an event is a string such as 'response-finish', got ${inspect(name)}`)
  }
  const names = [...numbers.keys()]
  const nearest = native().spellNearest(name, names)
  throw createError('LBST_E_UNKNOWN_EVENT', `a connection has no event ${inspect(name)}; ` +
    (nearest === null ? `known are ${names.join(', ')}` : `did you mean '${nearest}'?`))
}

function checkTime (name, value) {
  if (typeof value !== 'number') {
    throw createError('LBST_E_INVALID_TYPE', `${name} must be a number of milliseconds, got ${inspect(value)}`)
  }
  if (!(value >= 0 && value < Infinity)) {
    throw createError('LBST_E_OUT_OF_RANGE', `${name} must be a finite number of milliseconds >= 0, got ${value}`)
  }
  return value
}

class ConnectionModel {
  #handle
  #nowMs = 0

  constructor (handle) {
    this.#handle = handle
  }

  #checkOrder (name, value) {
    if (value >= this.#nowMs) return
    throw createError('LBST_E_TIME_ORDER', `${name} is ${value}, but the model is at ${this.#nowMs} ms already; time does not run back`)
  }

  /**
   * Tells the model what happened at `atMs`. A 'stall' lasts until `untilMs` or, without one,
   * until the next event. Where the connection was closed before, the event changes nothing
   * and advance() has the outcome.
   */
  event (name, atMs, untilMs) {
    const number = eventNumber(name)
    this.#checkOrder('atMs', checkTime('atMs', atMs))
    if (untilMs === undefined) {
      this.#send(name, number, atMs)
      this.#nowMs = atMs
      return
    }
    if (name !== 'stall') {
      throw createError('LBST_E_INVALID_TYPE', `only the event 'stall' lasts until a later time, got untilMs ${inspect(untilMs)} for '${name}'`)
    }
    if (checkTime('untilMs', untilMs) < atMs) {
      throw createError('LBST_E_TIME_ORDER', `untilMs is ${untilMs}, before the stall's start at ${atMs} ms`)
    }
    native().connStall(this.#handle, atMs, untilMs)
    this.#nowMs = untilMs
  }

  #send (name, number, atMs) {
    try {
      native().connEvent(this.#handle, number, atMs)
    } catch (error) {
      if (error.code !== 'LBST_E_EVENT_ORDER') throw error
      throw createError(error.code, name === 'open'
        ? `the connection is open already (event 'open' at ${atMs} ms)`
        : `'${name}' at ${atMs} ms: a connection begins with the event 'open'`)
    }
  }

  /** When Node acts next if nothing else happens; Infinity: never. */
  nextDeadlineMs () {
    return native().connNext(this.#handle)
  }

  /** Moves time to `toMs`; what Node did by then and was not told before, or null. */
  advance (toMs) {
    if (toMs !== Infinity) checkTime('toMs', toMs)
    this.#checkOrder('toMs', toMs)
    const outcome = native().connAdvance(this.#handle, toMs)
    this.#nowMs = toMs
    return outcome
  }

  /** Is the connection open? An upgraded one is, until its peer's end. */
  get open () {
    return native().connState(this.#handle).open
  }

  /** Would server.closeIdleConnections() of this version end it? */
  get idle () {
    return native().connState(this.#handle).idle
  }

  /** Do headersTimeout and requestTimeout apply to it now? */
  get active () {
    return native().connState(this.#handle).active
  }

  /** The value of the Keep-Alive header in the answer to the newest request; null: none. */
  keepAliveHeader () {
    const { advertisedSeconds, maxRequests, saysClose } = native().connState(this.#handle)
    if (advertisedSeconds === null || saysClose) return null
    return `timeout=${advertisedSeconds}` + (maxRequests > 0 ? `, max=${maxRequests}` : '')
  }
}

function readSettings (given) {
  const settings = pick(given, settingNames, 'the settings', '{ keepAliveTimeout: 5000 }')
  for (const name of settingNames) {
    const value = settings[name]
    // NaN, Infinity and negative numbers have a meaning on every version; other types abort
    // the process, throw or switch a limit off, and are not what anybody models
    if (value !== undefined && typeof value !== 'number') {
      throw createError('LBST_E_INVALID_TYPE', `${name} must be a number of milliseconds, got ${inspect(value)}`)
    }
  }
  return settings
}

/**
 * A model of one connection to a server with these settings (the server's properties by
 * Node's names; absent ones are that version's defaults). `listenAtMs` is when the server
 * began to listen: connections are checked every connectionsCheckingInterval from there.
 * `uptimeMs` is how long the machine was up at time 0 (default: for long): until 18.17 and
 * 20.3 a limit that is longer than that expires at once.
 */
function createConnectionModel (settings = {}, options = {}) {
  const { nodeVersion = process.versions.node, listenAtMs = 0, uptimeMs = Infinity } = pick(options, optionNames, 'the options', "{ nodeVersion: '22' }")
  const known = readSettings(settings)
  nodeTimers(nodeVersion) // throws where there is no such version
  if (uptimeMs !== Infinity) checkTime('uptimeMs', uptimeMs)
  return new ConnectionModel(native().connCreate(known, nodeVersion, checkTime('listenAtMs', listenAtMs), uptimeMs))
}

module.exports = { createConnectionModel }
