'use strict'

// The facts that live in the native module, as frozen objects made once.

const { native } = require('./binding')
const { createError, inspect } = require('./errors')

let rows
let rowById
const timersByVersion = new Map()

function deepFreeze (object) {
  for (const key in object) {
    const value = object[key]
    if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) deepFreeze(value)
  }
  return Object.freeze(object)
}

function load () {
  if (rows === undefined) {
    rows = deepFreeze(native().lbList())
    rowById = new Map(rows.map((row) => [row.id, row]))
  }
}

/** The catalogue: what is known of each load balancer, with its source. */
function loadBalancers () {
  load()
  return rows
}

/** One row of the catalogue. Throws LBST_E_UNKNOWN_LB with the nearest id. */
function findLoadBalancer (id) {
  load()
  if (typeof id !== 'string') {
    throw createError('LBST_E_INVALID_TYPE', `a load balancer's id is a string such as 'aws-alb', got ${inspect(id)}`)
  }
  const row = rowById.get(id)
  if (row !== undefined) return row
  const nearest = native().spellTies(id, [...rowById.keys()]).map(inspect)
  const hint = nearest.length === 0
    ? "'npx lb-safe-timeouts list' prints all ids; for any other load balancer pass { idleTimeoutMs }"
    : `did you mean ${nearest.length === 1 ? '' : 'one of '}${nearest.join(', ')}?`
  throw createError('LBST_E_UNKNOWN_LB', `${inspect(id)} is not in the catalogue of load balancers: ${hint}`)
}

/**
 * How the timers of http.Server behave on a version of Node ('22.19.0', or '22' for the
 * newest one measured); default: the running one. Throws LBST_E_UNKNOWN_NODE.
 */
function nodeTimers (version = process.versions.node) {
  let row = timersByVersion.get(version)
  if (row === undefined) {
    if (typeof version !== 'string') {
      throw createError('LBST_E_INVALID_TYPE', `a Node version is a string such as '22.19.0', got ${inspect(version)}`)
    }
    row = deepFreeze(native().nodeTimers(version))
    timersByVersion.set(version, row)
  }
  return row
}

module.exports = { deepFreeze, loadBalancers, findLoadBalancer, nodeTimers }
