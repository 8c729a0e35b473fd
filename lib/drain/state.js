'use strict'

// Which servers are draining, for those who only want to know.

// Any copy of this package, of any version, finds a drain that another one has started: the
// promise of its report
const kDraining = Symbol.for('lb-safe-timeouts.draining')

const closedToUs = new WeakMap() // the same for servers that take no property

/** The promise of the drain that was started for `server`, or undefined. */
function findDrain (server) {
  return server[kDraining] ?? closedToUs.get(server)
}

function noteDrain (server, promise) {
  if (!Object.isExtensible(server)) closedToUs.set(server, promise)
  else Object.defineProperty(server, kDraining, { value: promise, configurable: true })
}

/** Whether drain() was called for this server. */
function isDraining (server) {
  return findDrain(server) !== undefined
}

module.exports = { findDrain, isDraining, noteDrain }
