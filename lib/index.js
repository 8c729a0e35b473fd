'use strict'

const { applyLbSafeTimeouts, planLbSafeTimeouts } = require('./apply')
const { hasNative } = require('./binding')
const { findLoadBalancer, loadBalancers, nodeTimers } = require('./catalogue')

module.exports = {
  applyLbSafeTimeouts,
  planLbSafeTimeouts,
  loadBalancers,
  findLoadBalancer,
  nodeTimers,
  /** Whether the native module works here. Asking loads it. */
  get native () {
    return hasNative()
  }
}
