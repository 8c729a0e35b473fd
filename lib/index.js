'use strict'

const { applyLbSafeTimeouts, planLbSafeTimeouts } = require('./apply')
const { hasNative } = require('./binding')
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
  loadBalancers,
  findLoadBalancer,
  nodeTimers,
  /** Whether the native module works here. Asking loads it. */
  get native () {
    return hasNative()
  }
}
