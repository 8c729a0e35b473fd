'use strict'

const { applyLbSafeTimeouts, planLbSafeTimeouts } = require('./apply')
const { hasNative } = require('./binding')
const { status } = require('./status')
const { findLoadBalancer, loadBalancers, nodeTimers } = require('./catalogue')
const { createConnectionModel } = require('./model')

module.exports = {
  applyLbSafeTimeouts,
  planLbSafeTimeouts,
  createConnectionModel,
  get classifyLog () {
    return require('./logs').classifyLog
  },
  get createLogClassifier () {
    return require('./logs').createLogClassifier
  },
  status,
  loadBalancers,
  findLoadBalancer,
  nodeTimers,
  /** The readers are loaded at the first call. */
  readLbMetadata: (input, options) => require('./metadata').readLbMetadata(input, options),
  /** Whether the native module works here. Asking loads it. */
  get native () {
    return hasNative()
  }
}
