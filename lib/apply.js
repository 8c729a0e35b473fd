'use strict'

// Outlast: the plan of src/core/policy.c, carried out on a server by src/napi/bind_server.c,
// told as a report.

const { hasNative, native } = require('./binding')
const { deepFreeze, findLoadBalancer, nodeTimers } = require('./catalogue')
const { readOptions, readSettings } = require('./options')

// Any copy of this package, of any version, finds a server that another one has touched.
const kMark = Symbol.for('lb-safe-timeouts.server')

// How long an idle connection is silent before the kernel asks whether the peer still lives,
// when no timer of Node's will ever close it. As long as the most common idle timeout, so
// that it costs a busy pool nothing.
const tcpKeepAliveDelayMs = 60000

let version
let constructors
let attach
let ownWrite
let track

/** What only a server needs, loaded at the first: a plan, or a process without one, does without. */
function prepare () {
  ({ attach, ownWrite } = require('./attach'))
  ;({ track } = require('./drain/track'))
  version = require('../package.json').version
  constructors = [require('node:http').Server]
  // http is in memory where there is a server; https costs some ms, and is only asked for by
  // the native module when http.Server was not the answer
  Object.defineProperty(constructors, 1, { get: () => require('node:https').Server })
}

/** A value that survives JSON.stringify, with what JSON would drop in words. */
function plain (value) {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  return typeof value === 'object' ? 'an object' : typeof value
}

function plainSettings (values) {
  const result = {}
  for (const name of Object.keys(values)) {
    if (values[name] !== undefined) result[name] = plain(values[name])
  }
  return result
}

function describeLb (ask, plan) {
  const hop = plan.owner === null ? undefined : ask.hops[plan.owner]
  const row = hop?.id === undefined ? null : findLoadBalancer(hop.id)
  const seconds = plan.idleTimeoutMs / 1000
  return {
    id: row === null ? null : row.id,
    name: hop?.name ?? row?.name ?? `a load balancer with an idle timeout of ${seconds} s`,
    idleTimeoutMs: plan.idleTimeoutMs,
    source: ask.source,
    url: row === null ? null : row.url
  }
}

function createReport (ask, plan, before) {
  return {
    lb: describeLb(ask, plan),
    before: plainSettings(before),
    after: plainSettings({ ...before, ...plan.targets }),
    changed: Object.keys(plan.targets),
    idleCloseMs: plan.idleCloseMs,
    safe: plan.safe,
    reasons: plan.reasons,
    warnings: plan.warnings,
    node: nodeTimers(ask.nodeVersion),
    native: hasNative()
  }
}

function enableTcpKeepAlive (socket) {
  // what an application hands to emit('connection') itself may be any Duplex
  if (typeof socket.setKeepAlive === 'function') socket.setKeepAlive(true, tcpKeepAliveDelayMs)
}

/** restore() of a report: puts back what this call wrote, where it still stands. */
function createRestore (server, { targets, before }, undos) {
  return function restore () {
    for (const undo of undos.splice(0)) undo()
    const changes = Object.keys(targets).map((name) => ({ name, from: before[name], to: targets[name] }))
    targets = {}
    return ownWrite(server, () => native().serverRestore(server, changes))
  }
}

function watchDeadPeers (server) {
  if (server.listeners('connection').includes(enableTcpKeepAlive)) return () => {}
  server.on('connection', enableTcpKeepAlive)
  return () => server.removeListener('connection', enableTcpKeepAlive)
}

/**
 * Gives `server` the timeouts with which the load balancer always closes an idle connection
 * first. Before or after listen(); again at any time. Throws an error with a code
 * (LBST_E_...) and changes nothing when the server or an option is not right.
 */
function applyLbSafeTimeouts (server, options) {
  const { ask, ...extras } = readOptions(options)
  if (version === undefined) prepare()
  const marked = Object(server)[kMark]
  const mark = { version, report: null, hops: ask.hops }
  const plan = ownWrite(server, () => native().serverApply(server, ask, constructors, kMark, mark))
  const undos = []
  const restore = createRestore(server, plan, undos)
  try {
    const report = createReport(ask, plan, plan.before)
    undos.push(attach(server, { ask, protocol: plan.protocol, report, ...extras }))
    if (plan.tcpKeepAlive) undos.push(watchDeadPeers(server))
    Object.defineProperty(report, 'restore', { value: restore })
    mark.report = deepFreeze(report)
    track(server)
    return report
  } catch (error) {
    restore()
    if (marked === undefined) delete server[kMark]
    else server[kMark] = marked
    throw error
  }
}

/** Throws LBST_E_NOT_A_SERVER, with the way from what was passed to a server. */
function checkServer (server) {
  if (version === undefined) prepare()
  native().serverCheck(server, constructors)
}

/** What applyLbSafeTimeouts() left on `server`, or undefined: { report, hops }. */
function findApplied (server) {
  return server[kMark]
}

/**
 * The plan for a server that does not exist yet. `settings` are its timeouts by Node's names
 * (default: what Node itself starts with), and `nodeVersion` where it is not this one.
 */
function planLbSafeTimeouts (options, settings) {
  const { ask } = readOptions(options)
  const read = readSettings(settings)
  const { nodeVersion = ask.nodeVersion, ...given } = read
  const before = { ...nodeTimers(nodeVersion).defaults }
  for (const name of Object.keys(given)) {
    if (given[name] !== undefined) before[name] = given[name]
  }
  // of a version that was asked for, what holds on Node itself
  const otherRuntime = read.nodeVersion === undefined ? ask.otherRuntime : undefined
  const plan = native().policyPlan({ ...ask, nodeVersion, otherRuntime }, before)
  return deepFreeze(createReport({ ...ask, nodeVersion }, plan, before))
}

module.exports = { applyLbSafeTimeouts, checkServer, findApplied, planLbSafeTimeouts }
