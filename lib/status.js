'use strict'

const { findAttached } = require('./attach')
const { createError } = require('./errors')

/**
 * What is known of a server that applyLbSafeTimeouts() was applied to: counts, the load
 * balancer's idle timeout as its own closes show it, and a verdict with its reasons. Throws
 * LBST_E_UNSUPPORTED where no evidence is collected.
 */
function status (server) {
  const evidence = findAttached(server)?.status()
  if (evidence !== undefined) return evidence
  throw createError('LBST_E_UNSUPPORTED',
    'no evidence is collected about this server; call applyLbSafeTimeouts(server) first, without evidence: false')
}

module.exports = { status }
