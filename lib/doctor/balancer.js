'use strict'

// What --lb says: an id, a chain of ids, `id:idleMs`, a number of milliseconds, or a file of the
// load balancer's own configuration; and the plan for a Node behind it, which is one of the two
// remedies.

const { planLbSafeTimeouts } = require('../apply')
const { createError, inspect } = require('../errors')

function readHop (text) {
  const [, id, idleMs] = /^(.+?)(?::(\d+))?$/.exec(text) ?? [null, text]
  return idleMs === undefined ? id : { id, idleTimeoutMs: Number(idleMs) }
}

function readFile (file) {
  try {
    return require('../metadata/file').readFileSync(file)
  } catch (error) {
    throw createError('LBST_E_BAD_METADATA', `--lb ${inspect(file)} cannot be read: ${error.message}`)
  }
}

/** { options, shown }: the options of a plan that `text` stands for, and how a user writes them. */
function readBalancer (text) {
  const trimmed = text.trim()
  // no id has a dot or a slash in it
  if (/[./\\]/.test(trimmed)) return { options: { metadata: readFile(trimmed) }, shown: `{ metadata: fs.readFileSync(${JSON.stringify(trimmed)}) }` }
  const options = /^\d+$/.test(trimmed) ? { idleTimeoutMs: Number(trimmed) } : { lb: trimmed.split(',').map((hop) => readHop(hop.trim())) }
  return { options, shown: JSON.stringify(options) }
}

/** The load balancer, and the timeouts for a default server behind it: { lb, shown, timeouts }. */
function planFor ({ options, shown }) {
  const { lb, after } = planLbSafeTimeouts(options)
  return { lb, shown, timeouts: after }
}

module.exports = { readBalancer, planFor }
