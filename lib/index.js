'use strict'

const { applyLbSafeTimeouts, planLbSafeTimeouts } = require('./apply')
const { hasNative } = require('./binding')
const { drain } = require('./drain')
const { findLoadBalancer, loadBalancers, nodeTimers } = require('./catalogue')

module.exports = {
  applyLbSafeTimeouts,
  planLbSafeTimeouts,
  drain,
  loadBalancers,
  findLoadBalancer,
  nodeTimers,
  /** Whether the native module works here. Asking loads it. */
  get native () {
    return hasNative()
  }
}
