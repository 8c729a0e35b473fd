'use strict'

// list: the catalogue as a table.

const { native } = require('../binding')
const { loadBalancers } = require('../catalogue')
const { createError, inspect } = require('../errors')
const { columns, describeAnswer, describeIdle, describeStale } = require('./describe')

function pickKind (rows, kind) {
  if (kind === undefined) return rows
  const kinds = [...new Set(rows.map((row) => row.kind))]
  if (!kinds.includes(kind)) {
    const nearest = native().spellNearest(kind, kinds)
    const hint = nearest === null ? `known are ${kinds.join(', ')}` : `did you mean '${nearest}'?`
    throw createError('LBST_E_INVALID_TYPE', `there is no kind ${inspect(kind)}; ${hint}`)
  }
  return rows.filter((row) => row.kind === kind)
}

function run (flags, io) {
  const rows = pickKind(loadBalancers(), flags.kind)
  if (flags.json) {
    io.stdout.write(JSON.stringify(rows, null, 2) + '\n')
    return 0
  }
  const lines = columns([
    ['id', 'kind', 'idle timeout', 'settable', 'a lost request is', 'load balancer'],
    ...rows.map((row) => [row.id, row.kind, describeIdle(row), describeAnswer(row.configurable), describeStale(row), row.name])
  ])
  io.stdout.write(lines.join('\n') + "\n\n'lb-safe-timeouts show <id>' tells more, and the lines that change it.\n")
  return 0
}

module.exports = {
  summary: 'The load balancers that this package knows.',
  usage: '[--kind <kind>] [--json]',
  flags: {
    kind: { type: 'string', what: 'only this kind, such as proxy or ingress' },
    json: { type: 'boolean', what: 'the rows as JSON' }
  },
  run
}
