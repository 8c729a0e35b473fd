'use strict'

// Which servers are draining, for those who only want to know.

const draining = new WeakMap() // server -> the promise of its drain's report

/** The promise of the drain that was started for `server`, or undefined. */
function findDrain (server) {
  return draining.get(server)
}

function noteDrain (server, promise) {
  draining.set(server, promise)
}

/** Whether drain() was called for this server. */
function isDraining (server) {
  return draining.has(server)
}

module.exports = { findDrain, isDraining, noteDrain }
