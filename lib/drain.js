'use strict'

// A shutdown that loses no request: announce, wait until the load balancer knows, close the
// door with nobody in it, let everyone finish, look, and only then close.

const { checkServer, findApplied } = require('./apply')
const { deepFreeze } = require('./catalogue')
const { Drain } = require('./drain/drain')
const { createError } = require('./errors')
const { readDrainOptions } = require('./drain/options')
const { createReadiness } = require('./drain/readiness')
const { readSignalOptions, Signals } = require('./drain/signals')
const { findDrain, isDraining, noteDrain } = require('./drain/state')
const { kubernetes } = require('./kubernetes')

/**
 * Drains `server`: resolves to a report when its last connection has ended, at the latest
 * when `deadlineMs` has passed. A second call returns the same promise.
 */
function drain (server, options) {
  let promise
  try {
    checkServer(server)
    const read = readDrainOptions(options, findApplied(server))
    promise = findDrain(server)
    if (promise === undefined) {
      if (!Object.isExtensible(server)) throw createError('LBST_E_WRITE_REFUSED', 'the server takes no new property, so that its answers cannot be announced as the last; is it frozen or sealed?')
      promise = new Drain(server, read).run().then(deepFreeze)
      noteDrain(server, promise)
    }
  } catch (error) {
    promise = Promise.reject(error)
  }
  return promise
}

/**
 * A request handler for a health check: 200, and 503 with `Connection: close` from the
 * moment the drain of `server` starts. It may stand on another server.
 */
drain.readiness = function (server) {
  checkServer(server)
  return createReadiness(server, isDraining)
}

/**
 * Drains `server`, or a list of servers, when a signal comes, calls `onDrained` (databases
 * and the like), and ends the process: 0, or 1 when a callback failed or the deadline came
 * first. A second signal ends it at once. Returns { remove() }.
 */
drain.onSignals = function (server, options) {
  const servers = Array.isArray(server) ? server : [server]
  if (servers.length === 0) throw createError('LBST_E_INVALID_TYPE', 'drain.onSignals() takes a server or a list of servers, got an empty list')
  for (const one of servers) checkServer(one)
  const read = readSignalOptions(options)
  const [{ deadlineMs }] = servers.map((one) => readDrainOptions(read.drainOptions, findApplied(one)))
  const signals = new Signals(servers, read, deadlineMs, drain)
  return { remove: () => signals.remove() }
}

/** The numbers for a Kubernetes manifest, with the arithmetic. */
drain.kubernetes = kubernetes

module.exports = { drain }
