'use strict'

// Calls every public function, their objects' methods and every native function with random
// hostile values. Every call follows from the seed and its number:
//
//   node test/hostile/random.js --seed 1 --calls 5000
//   node test/hostile/random.js --seed 1 --calls 1 --from 4711        that one again
//
// Fails on an error that has neither a code of ours nor is what the caller's own code threw, on
// one that comes where nobody can catch it, on a call that takes longer than a second, and on
// a known server that a failed call has changed. Prints a line of counts.

const http = require('node:http')
const path = require('node:path')
const { parseArgs } = require('node:util')
const lbst = require('../..')
const { createRandom } = require('../../lib/selfcheck/random')
const { snapshotServer } = require('./server')
const { nativeCalls, openDescriptors } = require('../support/native-calls')
const { makeValue, UserError } = require('./values')

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, calls: { type: 'string', default: '5000' }, from: { type: 'string', default: '0' }, verbose: { type: 'boolean' } } })
const seed = Number(values.seed)
const calls = Number(values.calls)
const from = Number(values.from)

const callMsMax = 1000 // of processor time
const argsMax = 5

const native = require('../../lib/binding').native()
const counts = { calls: 0, returned: 0, codes: {}, own: 0 }
const failures = []
let now = ''

// what the engine itself says about a value of the caller's, with no code of ours in between
const engineMessages = /proxy that has been revoked|'?[\w]+'? on proxy: trap|in instanceof check/

function isRight (error) {
  if (error instanceof UserError) {
    counts.own++
    return true
  }
  if (/^LBST_E_[A-Z_]+$/.test(error?.code ?? '')) {
    counts.codes[error.code] = (counts.codes[error.code] ?? 0) + 1
    return true
  }
  // a file that is not there: the system's own error, with its code
  if (typeof error?.syscall === 'string' && typeof error.path === 'string') {
    counts.codes[error.code] = (counts.codes[error.code] ?? 0) + 1
    return true
  }
  if (error instanceof TypeError && engineMessages.test(error.message)) {
    counts.own++
    return true
  }
  return false
}

function complain (what, error) {
  failures.push(`${what} ${now}${error === undefined ? '' : `: ${error?.stack ?? String(error)}`.slice(0, 1500)}`)
}

process.on('uncaughtException', (error) => { if (!isRight(error)) complain('uncaught after', error) })
process.on('unhandledRejection', (error) => { if (!isRight(error)) complain('unhandled after', error) })

const logs = require('../../lib/logs')
const line = Buffer.from('10.0.0.1 - - [14/Jan/2026:09:00:00 +0000] "GET /a HTTP/1.1" 502 5 "-" "curl"\n')

function classifier (...args) {
  const stream = logs.createLogClassifier(args[0])
  stream.on('error', (error) => { if (!isRight(error)) complain('the stream after', error) })
  stream.resume()
  stream.end(line)
  return stream
}

/** drain() only: its promise; the rest of what it starts goes with the process. */
async function drained (...args) {
  return lbst.drain(args[0], args[1])
}

const known = http.createServer()
const model = lbst.createConnectionModel({ keepAliveTimeout: 5000 })
model.event('open', 0)

/** [name, function, uses the known server as its first argument] */
const targets = [
  ['applyLbSafeTimeouts', lbst.applyLbSafeTimeouts],
  ['applyLbSafeTimeouts', lbst.applyLbSafeTimeouts, true],
  ['planLbSafeTimeouts', lbst.planLbSafeTimeouts],
  ['readLbMetadata', lbst.readLbMetadata],
  ['classifyLog', lbst.classifyLog],
  ['createLogClassifier', classifier],
  ['classifyLogFiles', (paths, options) => logs.classifyLogFiles(Array.isArray(paths) ? paths.slice(0, 3) : paths, options)],
  ['createConnectionModel', lbst.createConnectionModel],
  ['model.event', (...args) => model.event(...args)],
  ['model.advance', (...args) => model.advance(...args)],
  ['status', lbst.status],
  ['findLoadBalancer', lbst.findLoadBalancer],
  ['loadBalancers', lbst.loadBalancers],
  ['nodeTimers', lbst.nodeTimers],
  ['drain', drained],
  ['drain.readiness', lbst.drain.readiness],
  ['drain.kubernetes', lbst.drain.kubernetes],
  ['drain.onSignals', (...args) => lbst.drain.onSignals(...args).remove()],
  ...Object.keys(native).map((name) => [`native ${name}`, native[name]])
]

/** Arguments that are right, or nearly: one value in them is exchanged, and all around it is read. */
const templates = [
  ['applyLbSafeTimeouts', lbst.applyLbSafeTimeouts, () => [known, { lb: ['cloudflare', { id: 'aws-alb', idleTimeoutMs: 30000, drainMs: 1000 }], marginMs: 5000, headersTimeout: 'outlast', onUnsafeWrite: 'off', unbounded: 'long', lastLook: true, evidence: false }]],
  ['applyLbSafeTimeouts', lbst.applyLbSafeTimeouts, () => [known, { metadata: [{ id: 'aws-alb', role: 'pool-owner', idleTimeoutMs: 60000, name: 'x', unbounded: false, drainMs: null, where: 'x', why: 'y' }] }]],
  ['applyLbSafeTimeouts', lbst.applyLbSafeTimeouts, () => [known, { metadata: { Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '60' }] } }]],
  ['planLbSafeTimeouts', lbst.planLbSafeTimeouts, () => [{ lb: 'aws-alb' }, { keepAliveTimeout: 5000, headersTimeout: 60000, requestTimeout: 300000, timeout: 0, nodeVersion: '22.19.0' }]],
  ['readLbMetadata', lbst.readLbMetadata, () => [{ LoadBalancers: [{ Type: 'application', LoadBalancerName: 'x' }] }, { format: 'aws', file: 'x' }]],
  ['readLbMetadata', lbst.readLbMetadata, () => [[{ apiVersion: 'v1', kind: 'Ingress', metadata: { name: 'x', annotations: { 'alb.ingress.kubernetes.io/load-balancer-attributes': 'idle_timeout.timeout_seconds=60' } }, spec: {} }]]],
  ['classifyLog', lbst.classifyLog, () => [line, { format: 'nginx-access', entries: true, since: 0, until: '2030-01-01T00:00:00Z' }]],
  ['createLogClassifier', classifier, () => [{ format: 'nginx-access', logFormat: '$remote_addr "$request" $status', since: new Date() }]],
  ['createConnectionModel', lbst.createConnectionModel, () => [{ keepAliveTimeout: 5000, maxRequestsPerSocket: 3 }, { nodeVersion: '22.19.0', listenAtMs: 0, uptimeMs: Infinity }]],
  ['drain', drained, () => [http.createServer(), { windowMs: 0, deadlineMs: 0, signal: AbortSignal.abort(), lb: 'aws-alb' }]],
  ['drain.kubernetes', lbst.drain.kubernetes, () => [{ lb: 'aws-alb', windowMs: 1000, requestMs: 1000 }]],
  ['drain.onSignals', (...args) => lbst.drain.onSignals(...args).remove(), () => [[http.createServer()], { signals: ['SIGUSR2'], onDraining: [() => {}], onDrained: () => {}, windowMs: 1, deadlineMs: 5 }]]
]

function isPlain (value) {
  return Array.isArray(value) || (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
}

/** A copy down to what is no plain data: the templates stay as they are. */
function copy (value) {
  if (!isPlain(value)) return value
  return Array.isArray(value) ? Array.from(value, copy) : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]))
}

/** Exchanges one value somewhere inside `values`; returns what for. */
function spoil (values, random, path = 'argument') {
  const keys = Object.keys(values)
  if (keys.length === 0) return `${path} left`
  const key = random.pick(keys)
  const inner = values[key]
  if (isPlain(inner) && random.below(4) > 0) return spoil(inner, random, `${path}.${key}`)
  const made = makeValue(random)
  values[key] = made.value
  return `${path}.${key}: ${made.name}`
}

// they change what they are given by contract: nothing of ours may be given to them
const writes = new Set(['native serverRestore', 'native serverApply', 'native gateClose', 'native gateOpen'])

function choose (random) {
  const isSpoilt = random.below(2) === 0
  const [name, call, extra] = random.pick(isSpoilt ? templates : targets)
  if (isSpoilt) {
    const args = copy(extra())
    const what = spoil(args, random)
    return { name, call, args, what, isKnown: args[0] === known }
  }
  const made = Array.from({ length: random.below(argsMax) }, () => makeValue(random))
  if (extra) made.unshift({ name: 'the known server', value: known })
  return { name, call, args: made.map(({ value }) => value), what: made.map((arg) => arg.name).join(', '), isKnown: extra }
}

async function callOne (number) {
  const random = { ...createRandom(seed * 1000003 + number) }
  random.below = (limit) => random.between(0, limit - 1)
  const { name, call, args, what, isKnown } = choose(random)
  now = `call ${number} of seed ${seed}: ${name}(${what})`.slice(0, 400)
  if (values.verbose) console.error(now)
  if (writes.has(name) && args.some((value) => value === globalThis || value === Reflect)) return
  const before = snapshotServer(known)
  const start = process.cpuUsage()
  counts.calls++
  try {
    const result = call(...args)
    if (result instanceof Promise) {
      // a drain waits for connections; what it refuses, it refuses at once
      await Promise.race([result, new Promise((resolve) => setImmediate(() => setImmediate(resolve)))])
      result.catch(() => {})
    }
    counts.returned++
    if (isKnown) result.restore()
  } catch (error) {
    if (!isRight(error)) complain('no code', error)
    const changes = before.compare()
    if (changes !== '') complain(`the known server was changed (${changes}) by`, error)
  }
  const { user, system } = process.cpuUsage(start)
  const ms = (user + system) / 1000
  if (ms > callMsMax) complain(`${Math.round(ms)} ms for`)
}

async function main () {
  const descriptors = await openDescriptors()
  for (const row of nativeCalls(native, descriptors)) templates.push([`native ${row.name}`, native[row.name], row.args])
  for (let number = from; number < from + calls; number++) {
    await callOne(number)
    // what was started may fail now, and is named by the call before
    if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    if (failures.length >= 20) break
  }
  const polluted = Object.keys({}).length > 0 || {}.polluted !== undefined || [].polluted !== undefined
  if (polluted) failures.push('a prototype was polluted')
  descriptors.close()
  const covered = new Set(targets.map(([name]) => name)).size
  process.stdout.write(JSON.stringify({ ...counts, functions: covered, failures }))
  process.exit(failures.length === 0 ? 0 : 1)
}

if (require.main === module) main()
else throw new Error(`${path.basename(__filename)} is a program`)
