'use strict'

// What --lb says: an id, a chain of ids, `id:idleMs`, or a number of milliseconds; and the plan
// for a Node behind it, which is one of the two remedies.

const { planLbSafeTimeouts } = require('../apply')

function readHop (text) {
  const [, id, idleMs] = /^(.+?)(?::(\d+))?$/.exec(text) ?? [null, text]
  return idleMs === undefined ? id : { id, idleTimeoutMs: Number(idleMs) }
}

/** The options of a plan that `text` stands for. */
function readBalancer (text) {
  const trimmed = text.trim()
  if (/^\d+$/.test(trimmed)) return { idleTimeoutMs: Number(trimmed) }
  return { lb: trimmed.split(',').map((hop) => readHop(hop.trim())) }
}

/** The load balancer, and the timeouts for a default server behind it: { lb, options, timeouts }. */
function planFor (options) {
  const { lb, after } = planLbSafeTimeouts(options)
  return { lb, options, timeouts: after }
}

module.exports = { readBalancer, planFor }
