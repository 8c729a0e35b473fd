'use strict'

// The public API. What not every process needs is loaded when it is called for, so that
// requiring or importing this package costs little more than what applyLbSafeTimeouts() needs.
// Functions and not getters: an import of an ES module asks for every name at once.

const { applyLbSafeTimeouts, planLbSafeTimeouts } = require('./apply')
const { hasNative } = require('./binding')
const { findLoadBalancer, loadBalancers, nodeTimers } = require('./catalogue')

function drain (server, options) {
  return require('./drain').drain(server, options)
}

drain.readiness = function (server) {
  return require('./drain').drain.readiness(server)
}

drain.onSignals = function (server, options) {
  return require('./drain').drain.onSignals(server, options)
}

drain.kubernetes = function (options = {}) {
  return require('./kubernetes').kubernetes(options)
}

module.exports = {
  applyLbSafeTimeouts,
  planLbSafeTimeouts,
  classifyLog (log, options = {}) {
    return require('./logs').classifyLog(log, options)
  },
  createLogClassifier (options) {
    return require('./logs').createLogClassifier(options)
  },
  createConnectionModel (settings = {}, options = {}) {
    return require('./model').createConnectionModel(settings, options)
  },
  status (server) {
    return require('./status').status(server)
  },
  drain,
  loadBalancers,
  findLoadBalancer,
  nodeTimers,
  readLbMetadata (input, options = {}) {
    return require('./metadata').readLbMetadata(input, options)
  },
  /** Whether the native module works here. Asking loads it. */
  get native () {
    return hasNative()
  }
}
