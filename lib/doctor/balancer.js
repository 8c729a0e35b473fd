'use strict'

// What --lb says: an id, a chain of ids, `id:idle`, an idle timeout (60000, 60s), or a file of the
// load balancer's own configuration; and the plan for a Node behind it, which is one of the two
// remedies.

const { planLbSafeTimeouts } = require('../apply')
const { createError, inspect } = require('../errors')

const units = { '': 1, ms: 1, s: 1000, m: 60000 }

/** '60000', '60s' or '1m' in ms; undefined: something else. */
function readMs (text) {
  const [, value, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|)$/.exec(text) ?? []
  return value === undefined ? undefined : Number(value) * units[unit]
}

function readHop (text) {
  const [, id, idle] = /^(.+?)(?::([^:]+))?$/.exec(text) ?? [null, text]
  return idle === undefined || readMs(idle) === undefined ? text : { id, idleTimeoutMs: readMs(idle) }
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
  if (/[./\\]/.test(trimmed) && readMs(trimmed) === undefined) return { options: { metadata: readFile(trimmed) }, shown: `{ metadata: fs.readFileSync(${JSON.stringify(trimmed)}) }` }
  const options = readMs(trimmed) !== undefined ? { idleTimeoutMs: readMs(trimmed) } : { lb: trimmed.split(',').map((hop) => readHop(hop.trim())) }
  return { options, shown: JSON.stringify(options) }
}

/** The load balancer, and the timeouts for a default server behind it: { lb, shown, timeouts }. */
function planFor ({ options, shown }) {
  const { lb, after } = planLbSafeTimeouts(options)
  return { lb, shown, timeouts: after }
}

module.exports = { readBalancer, planFor }
