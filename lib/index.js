'use strict'

// The public API. What not every process needs is loaded when it is asked for, so that
// requiring this package costs little more than what applyLbSafeTimeouts() needs.

const { applyLbSafeTimeouts, planLbSafeTimeouts } = require('./apply')
const { hasNative } = require('./binding')
const { findLoadBalancer, loadBalancers, nodeTimers } = require('./catalogue')

module.exports = {
  applyLbSafeTimeouts,
  planLbSafeTimeouts,
  get classifyLog () {
    return require('./logs').classifyLog
  },
  get createLogClassifier () {
    return require('./logs').createLogClassifier
  },
  get createConnectionModel () {
    return require('./model').createConnectionModel
  },
  get status () {
    return require('./status').status
  },
  get drain () {
    return require('./drain').drain
  },
  loadBalancers,
  findLoadBalancer,
  nodeTimers,
  get readLbMetadata () {
    return require('./metadata').readLbMetadata
  },
  /** Whether the native module works here. Asking loads it. */
  get native () {
    return hasNative()
  }
}
