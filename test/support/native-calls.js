'use strict'

// One or more calls of every function of the native module, with arguments as lib/ makes them
// and with such as it never would. Each row is { name, args(), verify(args)?, done(args)?,
// fails?, async? }: `args` makes fresh arguments, `verify` throws unless a call that failed has
// left them as they were, `done` gives back what they hold; `async`: it returns a promise.

const assert = require('node:assert')
const fs = require('node:fs')
const os = require('node:os')
const http = require('node:http')
const net = require('node:net')
const path = require('node:path')
const { gzipSync } = require('node:zlib')

const constructors = [http.Server]
const key = Symbol.for('lb-safe-timeouts.server')
const ask = {
  hops: [{ id: 'cloudflare' }, { id: 'aws-alb', name: 'the load balancer', role: 'pool-owner', idleTimeoutMs: 30000 }],
  idleTimeoutMs: undefined,
  source: 'option',
  platform: undefined,
  marginMs: 5000,
  headersTimeout: 'outlast',
  unbounded: 'never-close',
  nodeVersion: '22.19.0'
}
const settings = { keepAliveTimeout: 5000, headersTimeout: 60000, requestTimeout: 300000, timeout: 0 }
const timeouts = ['keepAliveTimeout', 'headersTimeout', 'requestTimeout', 'timeout']

const evidence = {
  hop: 'AWS ALB', planSafe: true, lastLook: true, toldMs: 60000, closeEarliestMs: 65000, brokenWrites: 1, closedByPeer: 3, closedByNode: 1, loopDelayMs: 12
}
const series = { closesMs: [5000, 5001.5, 5003], answered: 3, open: 1, openMs: 8000, notKept: 0, failed: 0, passedMs: 0 }
const logOptions = { format: 'nginx-access', record: false, logFormat: '', entries: 'all', evidence: 5, sinceMs: null, untilMs: null }
const accessLog = Buffer.from(
  '10.0.0.1 - - [14/Jan/2026:09:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl"\n' +
  '10.0.0.1 - - [14/Jan/2026:09:00:01 +0000] "POST /b HTTP/1.1" 502 5 "-" "curl"\n' +
  'no line of a log\n'.repeat(3))

function protoServer () {
  // no instance of http.Server, but all that is asked for: the way of another realm's server
  const server = { listen () {}, close () {}, setTimeout () {}, on () {}, prependListener () {}, ALPNProtocols: Buffer.from('\x02h2\x08http/1.1') }
  return Object.assign(server, settings)
}

function serverArgs (make) {
  return () => {
    const server = make()
    const before = timeouts.map((name) => server[name])
    return Object.defineProperty([server, ask, constructors, key, { version: '0' }], 'before', { value: before })
  }
}

/** A server that a failed call has touched has its old values, and no mark. */
function verifyServer (args) {
  assert.deepStrictEqual(timeouts.map((name) => args[0][name]), args.before)
  assert.strictEqual(args[0][key], undefined)
}

/** `descriptors` is { fd, listener, file, packed }: a connection, a listening socket, a log, and one in gzip. */
function nativeCalls (native, { fd, listener, file, packed }) {
  const model = () => native.connCreate(settings, '22.19.0', 0, Infinity)
  const opened = () => {
    const handle = model()
    native.connEvent(handle, 0, 0)
    return handle
  }
  const log = () => native.logOpen(logOptions)
  const scanned = () => {
    const handle = log()
    native.logScan(handle, accessLog, true)
    return handle
  }
  const sourced = (options = logOptions, descriptor = file, packing = 'plain') => {
    const handle = native.logOpen(options)
    native.logSource(handle, descriptor, packing, 0, Infinity)
    return handle
  }
  const closeLog = ([handle]) => native.logClose(handle)
  const memory = { keeps: 1, waits: 0, stalls: 2, untakenBytes: 3 }
  const states = { unused: series, idle: series, headers: { ...series, closesMs: [] }, body: series }
  const words = ['aws-alb', 'aws-nlb', 'nginx']
  const rows = [
    ['connCreate', () => [{ ...settings, maxRequestsPerSocket: 3 }, '22.19.0', 0, Infinity]],
    ['connCreate', () => [{ keepAliveTimeout: 'x' }, '22.19.0', 0, 0], { fails: true }],
    ['connCreate', () => [settings, 'no version', 0, 0], { fails: true }],
    ['connEvent', () => [model(), 0, 10]],
    ['connEvent', () => [model(), 99, 10], { fails: true }],
    ['connEvent', () => [{}, 0, 10], { fails: true }],
    ['connEvents', () => []],
    ['connNext', () => [opened()]],
    ['connAdvance', () => [opened(), 1e9]],
    ['connAdvance', () => [opened(), 1]],
    ['connAdvance', () => [opened(), -1], { fails: true }],
    ['connStall', () => [opened(), 1, 100]],
    ['connState', () => [opened()]],
    ['doctorJudge', () => [states, 60000]],
    ['doctorJudge', () => [states, null]],
    ['doctorJudge', () => [{ unused: 1 }, null], { fails: true }],
    ['doctorLimits', () => []],
    ['evidenceJudge', () => [evidence, Float64Array.of(1, 60000, 0, 70000, 60001, 1), 2]],
    ['evidenceJudge', () => [{ ...evidence, toldMs: null, closeEarliestMs: null }, new Float64Array(0), 0]],
    ['evidenceJudge', () => [evidence, Float64Array.of(NaN, 1, 0), 1], { fails: true }],
    ['evidenceJudge', () => [evidence, new Float64Array(0), 300], { fails: true }],
    ['gateBacklog', () => [listener]],
    ['gateBacklog', () => [fd], { fails: true }],
    ['gateClose', () => [listener]],
    ['gateOpen', () => [listener]],
    ['gateOpen', () => [4294967295], { fails: true }],
    ['guardJudge', () => [ask, 'http1', { ...settings, keepAliveTimeout: 1 }, 'keepAliveTimeout']],
    ['guardJudge', () => [ask, 'http1', { ...settings, headersTimeout: '66000' }, 'headersTimeout']],
    ['guardJudge', () => [ask, 'smtp', settings, 'timeout'], { fails: true }],
    ['lbList', () => []],
    ['logNames', () => []],
    ['logDetect', () => [accessLog]],
    ['logDetect', () => [Buffer.from('?')]],
    ['logDetect', () => ['text'], { fails: true }],
    ['logOpen', () => [logOptions]],
    ['logOpen', () => [{ ...logOptions, sinceMs: 1, untilMs: 2 }]],
    ['logOpen', () => [{ ...logOptions, format: 'none' }], { fails: true }],
    ['logOpen', () => [{ ...logOptions, logFormat: '$nothing "' }], { fails: true }],
    ['logHeader', () => [log(), Buffer.from('#Version: 1.0\n#Fields: date time\n')], { done: closeLog }],
    ['logSource', () => [log(), file, 'plain', 0, 100], { done: closeLog }],
    ['logSource', () => [sourced(), file, 'plain', 0, Infinity], { done: closeLog }],
    ['logSource', () => [log(), file, 'plain', -1, 5], { done: closeLog, fails: true }],
    ['logRead', () => [sourced()], { done: closeLog, async: true }],
    ['logRead', () => [sourced({ ...logOptions, entries: 'none' })], { done: closeLog, async: true }],
    ['logSource', () => [log(), packed, 'gzip', 0, Infinity], { done: closeLog }],
    ['logSource', () => [log(), packed, 'rar', 0, Infinity], { done: closeLog, fails: true }],
    ['logRead', () => [sourced(logOptions, packed, 'gzip')], { done: closeLog, async: true }],
    ['logRead', () => [sourced(logOptions, file, 'gzip')], { done: closeLog, async: true }],
    ['logUnpack', () => [gzipSync(accessLog), 'gzip', Buffer.alloc(100)]],
    ['logUnpack', () => [accessLog, 'gzip', Buffer.alloc(100)]],
    ['logUnpack', () => [accessLog, 'plain', Buffer.alloc(100)]],
    ['logUnpack', () => ['text', 'gzip', Buffer.alloc(1)], { fails: true }],
    ['logUnpack', () => [accessLog, 'gzip', {}], { fails: true }],
    ['logRead', () => [log()], { done: closeLog, fails: true }],
    ['logScan', () => [log(), accessLog, true], { done: closeLog }],
    ['logScan', () => [log(), Buffer.alloc(0), true], { done: closeLog }],
    ['logScan', () => [{}, accessLog, true], { fails: true }],
    ['logResult', () => [scanned()], { done: closeLog }],
    ['logClose', () => [log()]],
    ['lookDecide', () => [fd, 65000, 60000, null]],
    ['lookDecide', () => [4294967295, 65000, 60000, memory]],
    ['lookDecide', () => [fd, 65000, -1, memory], { fails: true }],
    ['nodeTimers', () => ['22.19.0']],
    ['nodeTimers', () => ['latest'], { fails: true }],
    ['platformList', () => []],
    ['policyIdle', () => ['22.19.0', settings]],
    ['policyIdle', () => ['22.19.0', { ...settings, keepAliveTimeout: 0 }]],
    ['policyLimits', () => []],
    ['policyPlan', () => [ask, settings]],
    ['policyPlan', () => [{ ...ask, hops: [{ id: 'haproxy' }], platform: 'DYNO', source: 'platform', idleTimeoutMs: null, headersTimeout: 70000, unbounded: 'long' }, settings]],
    ['policyPlan', () => [{ ...ask, idleTimeoutMs: 7000 }, settings], { fails: true }],
    ['policyPlan', () => [{ ...ask, marginMs: 2147483647 }, settings], { fails: true }],
    ['policyPlan', () => [{ ...ask, hops: new Array(17).fill({}) }, settings], { fails: true }],
    ['serverApply', serverArgs(() => http.createServer()), { verify: verifyServer }],
    ['serverApply', serverArgs(() => Object.seal(http.createServer())), { verify: verifyServer, fails: true }],
    ['serverApply', serverArgs(() => Object.freeze(http.createServer())), { verify: verifyServer, fails: true }],
    ['serverApply', serverArgs(protoServer), { verify: verifyServer }],
    ['serverCheck', () => [http.createServer(), constructors]],
    ['serverCheck', () => [protoServer(), constructors]],
    ['serverCheck', () => [undefined, constructors], { fails: true }],
    ['serverCheck', () => [() => {}, constructors], { fails: true }],
    ['serverRestore', () => [{ ...settings }, [{ name: 'keepAliveTimeout', from: 1, to: 5000 }, { name: 'timeout', from: 1, to: 9 }]]],
    ['sockInspect', () => [fd]],
    ['sockInspect', () => [4294967295], { fails: true }],
    ['spellNearest', () => ['aws_alb', words]],
    ['spellNearest', () => ['aws_alb', [1]], { fails: true }],
    ['spellTies', () => ['aws-xlb', words]],
    ['statusList', () => []]
  ]
  return rows.map(([name, args, { verify = () => {}, done = () => {}, fails = false, async = false } = {}]) => ({ name, args, verify, done, fails, async }))
}

/** Resolves to { fd, listener, file, close() }, for nativeCalls(). */
function openDescriptors () {
  const log = path.join(__dirname, '..', 'fixtures', 'logs', 'nginx-access.txt')
  const file = fs.openSync(log)
  const name = path.join(os.tmpdir(), `lbst-packed-${process.pid}.gz`)
  fs.writeFileSync(name, gzipSync(fs.readFileSync(log)))
  const packed = fs.openSync(name)
  fs.unlinkSync(name) // it is there as long as it is open

  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => {
      resolve({
        fd: socket._handle.fd,
        listener: server._handle.fd,
        file,
        packed,
        close () {
          client.destroy()
          socket.destroy()
          server.close()
          fs.closeSync(file)
          fs.closeSync(packed)
        }
      })
    })
    let client
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => { client = net.connect(server.address().port, '127.0.0.1') })
  })
}

module.exports = { ask, accessLog, logOptions, nativeCalls, openDescriptors, series, settings }
