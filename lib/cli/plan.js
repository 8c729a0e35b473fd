'use strict'

// plan: the timeouts for a load balancer, and one connection's life with and without them.

const { planLbSafeTimeouts } = require('../apply')
const { findLoadBalancer, nodeTimers } = require('../catalogue')
const { createError } = require('../errors')
const { createConnectionModel } = require('../model')

const barWidth = 56
const labelWidth = 20

function seconds (ms) {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(1))} s`
}

/** When Node closes a connection that is idle after an answer, and one that was never used. */
function lifetimes (settings, nodeVersion) {
  const idle = createConnectionModel(settings, { nodeVersion })
  for (const name of ['open', 'bytes', 'headers-complete', 'request-complete', 'response-finish']) idle.event(name, 0)
  // the check of connections comes at any moment after the limit: its soonest one matters here
  const fresh = createConnectionModel({ ...settings, connectionsCheckingInterval: 1 }, { nodeVersion })
  fresh.event('open', 0)
  const first = fresh.advance(Infinity)
  return { idleMs: idle.nextDeadlineMs(), freshMs: first === null ? Infinity : Math.round(first.earliestMs), freshAction: first && first.action }
}

function bar (fromMs, toMs, scaleMs, fill, end) {
  const at = (ms) => Math.min(barWidth, Math.round(ms / scaleMs * barWidth))
  const from = at(fromMs)
  const length = Math.max(0, at(toMs) - from)
  return fill.repeat(length) + (toMs === Infinity || end === undefined ? '' : end)
}

function row (label, text, note) {
  return `${label.padEnd(labelWidth)} ${text.padEnd(barWidth + 1)} ${note}`.trimEnd()
}

function nodeRow (label, closeMs, lbMs, scaleMs, action) {
  const bars = bar(0, closeMs, scaleMs, '═', '╳')
  if (closeMs === Infinity) return row(label, bars + '▶', 'never closes it: no unsafe window')
  const verb = action === 'respond-408' ? 'answers 408 and closes' : 'closes'
  if (closeMs > lbMs) return row(label, bars, `${verb} after ${seconds(closeMs)}: no unsafe window`)
  const unsafe = bar(closeMs, lbMs, scaleMs, '░').slice(1)
  const how = lbMs === Infinity ? 'unsafe from then on' : closeMs === lbMs ? 'unsafe at that moment' : `unsafe for ${seconds(lbMs - closeMs)}`
  return row(label, bars + unsafe, `${verb} after ${seconds(closeMs)}: ${how}`)
}

function picture (title, key, before, after, lb) {
  const lbMs = lb.idleTimeoutMs ?? Infinity
  const finite = [before[key], after[key], lbMs].filter(Number.isFinite)
  // room behind the last end for what has none
  const scaleMs = Math.max(...finite, 1) * (lbMs === Infinity ? 1.6 : 1.02)
  const lbBar = bar(0, lbMs, scaleMs, '─', '┤') + (lbMs === Infinity ? '▶' : '')
  const action = key === 'freshMs' ? [before.freshAction, after.freshAction] : []
  return [
    title,
    row('  load balancer', lbBar, lbMs === Infinity ? 'keeps it without a limit' : `closes it after ${seconds(lbMs)}`),
    nodeRow('  Node before', before[key], lbMs, scaleMs, action[0]),
    nodeRow('  Node after', after[key], lbMs, scaleMs, action[1]),
    ''
  ]
}

function values (report) {
  const names = Object.keys(report.after)
  const width = Math.max(...names.map((name) => name.length))
  return names.map((name) => {
    const from = report.before[name]
    const to = report.after[name]
    return `  ${name.padEnd(width)}  ${String(from).padStart(9)}${from === to ? '' : ` → ${to}`}`
  })
}

function words (title, notes) {
  return notes.length === 0 ? [] : [title, ...notes.map(({ code, message }) => `  ${message} [${code}]`), '']
}

function draw (report) {
  const { lb, node } = report
  const lbMs = lb.idleTimeoutMs ?? Infinity
  const before = lifetimes(report.before, node.version)
  const after = lifetimes(report.after, node.version)
  const safe = (closeMs) => closeMs === Infinity || closeMs > lbMs
  // who has no limit keeps what was used, and opens nothing in advance
  const opens = lbMs !== Infinity
  return [
    `${lb.name}, and Node ${node.version}${node.tested ? '' : ' (newer than any that was measured: the newest rules known)'}`,
    '',
    ...picture('A connection after its last answer', 'idleMs', before, after, lb),
    ...(opens ? picture('A connection that was opened in advance and not used yet', 'freshMs', before, after, lb) : []),
    'Values (ms)', ...values(report), '',
    ...words('Why', report.reasons),
    ...words('Mind', report.warnings),
    `░ a request that the load balancer sends here can be lost. ${safe(after.idleMs) && (!opens || safe(after.freshMs)) ? 'With the plan there is no such time.' : 'Some of it is left with the plan.'}`,
    ''
  ].join('\n')
}

/** The numbers for a pod's manifest, with the arithmetic. */
function tellKubernetes ({ lb, idleTimeoutMs }, flags, io) {
  const numbers = require('../kubernetes').kubernetes({ lb, idleTimeoutMs, requestMs: flags['request-ms'] })
  io.stdout.write(flags.json
    ? JSON.stringify(numbers, null, 2) + '\n'
    : numbers.arithmetic.map((line) => `# ${line}\n`).join('') + numbers.manifest.trimEnd() + '\n')
  return 0
}

/** --idle-ms is the number of the hop that keeps a pool of connections to Node. */
function readBalancer (flags) {
  const idleTimeoutMs = flags['idle-ms']
  if (flags.lb === undefined) return { idleTimeoutMs }
  const lb = flags.lb.split(',').map((id) => id.trim())
  const owner = idleTimeoutMs === undefined ? -1 : lb.findLastIndex((id) => findLoadBalancer(id).role === 'pool-owner')
  if (owner === -1) return { lb, idleTimeoutMs }
  lb[owner] = { id: lb[owner], idleTimeoutMs }
  return { lb }
}

/** A flag that would be ignored is a mistake. */
function checkTogether (flags) {
  const name = (flags.kubernetes ? ['node', 'margin-ms'] : ['request-ms']).find((name) => flags[name] !== undefined)
  if (name !== undefined) throw createError('LBST_E_CONFLICT', `--${name} says nothing ${flags.kubernetes ? 'beside' : 'without'} --kubernetes`)
}

function run (flags, io) {
  checkTogether(flags)
  if (flags.lb === undefined && flags['idle-ms'] === undefined) {
    throw createError('LBST_E_INVALID_TYPE', 'plan needs --lb <id> (for example --lb aws-alb, or a chain --lb cloudflare,aws-alb) or --idle-ms <ms>')
  }
  const balancer = readBalancer(flags)
  if (flags.kubernetes) return tellKubernetes(balancer, flags, io)
  const version = nodeTimers(flags.node).version
  const report = planLbSafeTimeouts({ ...balancer, marginMs: flags['margin-ms'] }, { nodeVersion: version })
  io.stdout.write(flags.json ? JSON.stringify(report, null, 2) + '\n' : draw(report))
  return report.safe ? 0 : 1
}

module.exports = {
  summary: 'The timeouts for a load balancer, and what they change, as a picture.',
  usage: '--lb <id>[,<id>...] [--idle-ms <ms>] [--node <version>] [--kubernetes] [--json]',
  flags: {
    lb: { type: 'string', what: "the load balancer's id, or a chain, outermost first" },
    'idle-ms': { type: 'number', what: 'its idle timeout in ms, where it is not the default' },
    'margin-ms': { type: 'number', what: 'how much longer Node holds on (default 5000)' },
    node: { type: 'string', what: 'a Node version such as 22 or 20.20.2 (default: this one)' },
    kubernetes: { type: 'boolean', what: "the numbers for a pod's manifest, with the arithmetic" },
    'request-ms': { type: 'number', what: 'the longest request, for --kubernetes (default 15000)' },
    json: { type: 'boolean', what: 'the report as JSON' }
  },
  run
}
