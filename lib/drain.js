'use strict'

// A shutdown that loses no request: announce, wait until the load balancer knows, close the
// door with nobody in it, let everyone finish, look, and only then close.

const { checkServer, findApplied } = require('./apply')
const { deepFreeze } = require('./catalogue')
const { Drain } = require('./drain/drain')
const { readDrainOptions } = require('./drain/options')

const draining = new WeakMap() // server -> the promise of its report

/**
 * Drains `server`: resolves to a report when its last connection has ended, at the latest
 * when `deadlineMs` has passed. A second call returns the same promise.
 */
function drain (server, options) {
  let promise
  try {
    checkServer(server)
    const read = readDrainOptions(options, findApplied(server))
    promise = draining.get(server)
    if (promise === undefined) {
      promise = new Drain(server, read).run().then(deepFreeze)
      draining.set(server, promise)
    }
  } catch (error) {
    promise = Promise.reject(error)
  }
  return promise
}

/** Whether drain() was called for this server. */
function isDraining (server) {
  return draining.has(server)
}

module.exports = { drain, isDraining }
