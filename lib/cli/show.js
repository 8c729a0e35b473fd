'use strict'

// show: all that is known of one load balancer, and what to change on its side.

const { planLbSafeTimeouts } = require('../apply')
const { findLoadBalancer } = require('../catalogue')
const { createError } = require('../errors')
const { columns, describeIdle, describeStale, seconds, unknown } = require('./describe')

const roles = {
  'pool-owner': 'keeps idle connections to the next hop, and reuses them',
  l4: 'forwards connections and owns no pool; its timeout is when a silent one is forgotten',
  'not-pooling': 'opens a connection for each request'
}

function describeRange ({ rangeMs, configurable }) {
  if (configurable === null) return ''
  if (!configurable) return ', cannot be changed'
  if (rangeMs === null) return ', can be changed'
  const { min, max } = rangeMs
  return `, can be changed (${min === null ? '' : `from ${seconds(min)} `}${max === null ? 'upwards' : `to ${seconds(max)}`})`
}

function describePlan (row) {
  if (row.role !== 'pool-owner') return 'as the hop that pools needs it'
  if (row.idleTimeoutMs === null && !row.unbounded) return `pass yours: { lb: { id: '${row.id}', idleTimeoutMs } }`
  const { keepAliveTimeout, headersTimeout } = planLbSafeTimeouts({ lb: row.id }).after
  return `keepAliveTimeout ${keepAliveTimeout === 0 ? '0 (never close first)' : keepAliveTimeout}, headersTimeout ${headersTimeout}`
}

function describeRetries ({ retries, retried }) {
  if (retries === null) return unknown
  return retries ? retried : 'no'
}

function facts (row) {
  return [
    ['idle timeout', describeIdle(row) + describeRange(row)],
    ['role', roles[row.role]],
    ['Node needs', describePlan(row)],
    ["vendor's advice", row.backendAdviceMs === null ? null : `${seconds(row.backendAdviceMs)} for backends`],
    ['drain time', row.drainMs === null ? null : seconds(row.drainMs)],
    ['a lost request is', describeStale(row)],
    ['sent again', describeRetries(row)],
    ['HTTP to Node', row.originHttp.join(', ') || unknown],
    ['value of yours', row.revealedBy],
    ['mind', row.caveat],
    ['source', `${row.url} (read ${row.asOf}, confidence ${row.confidence})`]
  ].filter(([, text]) => text !== null)
}

function remedies ({ remedies, role }) {
  if (remedies.length === 0) return []
  const title = role === 'l4'
    ? 'To keep a silent connection longer'
    : 'To change it instead of the server (any time below the 5 s of an unchanged Node is safe)'
  return ['', title, ...remedies.flatMap(({ where, line }) => [`  ${where}`, `    ${line}`])]
}

function run (flags, io) {
  if (flags.operands.length !== 1) {
    throw createError('LBST_E_INVALID_TYPE', "show needs one id, such as aws-alb; 'lb-safe-timeouts list' prints all")
  }
  const row = findLoadBalancer(flags.operands[0])
  const text = [`${row.id}: ${row.name} (${row.vendor}, ${row.kind})`, '', ...columns(facts(row)), ...remedies(row)]
  io.stdout.write(flags.json ? JSON.stringify(row, null, 2) + '\n' : text.join('\n') + '\n')
  return 0
}

module.exports = {
  summary: 'What is known of one load balancer, and the lines that change it.',
  usage: '<id> [--json]',
  operands: 'id',
  flags: {
    json: { type: 'boolean', what: 'the row as JSON' }
  },
  run
}
