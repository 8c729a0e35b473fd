'use strict'

// Where no native module can be loaded: the same C sources as WebAssembly. Both are asked the
// same questions, hostile ones too, and must give the same answers and the same errors.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const { inspect } = require('node:util')
const t = require('tap')
const { ensureWasm } = require('./support/wasm')

const root = path.join(__dirname, '..')
const missing = ensureWasm()
if (missing !== null && process.env.CI) throw new Error(missing)
const options = missing === null ? {} : { skip: missing }

/** Runs a script in a process of its own; `flags` for Node, `env` beside ours. */
function run (script, { flags = [], env = {}, cwd = root } = {}) {
  const command = [process.execPath, ...flags, '-e', script]
  // tap hands its own modules on to every child, and these want more than a script may have
  if (process.platform !== 'win32') command.unshift('env', '-u', 'NODE_OPTIONS')
  return spawnSync(command[0], command.slice(1), { cwd, encoding: 'utf8', timeout: 60000, env: { ...process.env, ...env } })
}

/** The package as it is installed where no binary was made for it. */
function installPackage (t, parts) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-copy-'))
  t.teardown(() => fs.rmSync(copy, { recursive: true, force: true }))
  for (const name of ['lib', 'package.json', ...parts]) fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true })
  return copy
}

/** Applies, and says what became of it: [native, keepAliveTimeout, the report's native]. */
const applyScript = `
  const lbst = require('.')
  const server = require('http').createServer()
  const report = lbst.applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  console.log(JSON.stringify([lbst.native, server.keepAliveTimeout, report.native]))
`
const applied = '[false,65000,false]\n'

/** A call's outcome as a value that can be compared. */
function outcome (call) {
  try {
    return { returned: call() }
  } catch (error) {
    if (!(error instanceof Error)) return { thrown: error }
    return { thrown: error.name, code: error.code, message: error.message }
  }
}

function * questions (binding) {
  const version = process.versions.node
  const ask = { hops: [{ id: 'cloudflare' }, { id: 'aws-alb', idleTimeoutMs: 61000 }], source: 'option', headersTimeout: 'outlast', unbounded: 'never-close', nodeVersion: version }
  const settings = { keepAliveTimeout: 5000, headersTimeout: 60000, requestTimeout: 300000, timeout: 0 }
  const constructors = { Http: http.Server, Https: require('node:https').Server, Net: require('node:net').Server }
  const bare = () => http.createServer()
  const kMark = Symbol('mark')
  const getter = (name) => Object.defineProperty({}, name, { enumerable: true, get () { throw new RangeError(`no ${name}`) } })
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  }
  // what a caller can hand in anywhere
  const odd = [undefined, null, true, NaN, -1, 1.5, 2 ** 53, Infinity, 'text', 'é'.repeat(700), '\ud800', '\ufeffx', 7n, Symbol('s'), [], {}, () => {}, getter('hops'), getter('source'), getter('0'), new Proxy({}, { get () { throw new Error('trap') } }), revoked(), Object.freeze({}), Object.create(null), Buffer.from('x'), new Float64Array(3), new Date(0), new Map(), new Proxy([], {}), new Proxy(new Float64Array(9), {}), new Uint8Array(0), Object.setPrototypeOf(new Float64Array(3), null), Object.assign([1], { length: 5 })]

  for (const name of Object.keys(binding)) {
    yield [name, () => binding[name]()]
    for (const value of odd) {
      yield [name, () => binding[name](value)]
      yield [name, () => binding[name](value, value, value, value, value)]
      yield [name, () => binding[name](ask, value)]
      yield [name, () => binding[name](bare(), { ...ask, hops: value }, constructors, kMark, {})]
    }
  }
  for (const hops of [ask.hops, [{ id: 'haproxy' }], [{ id: 'nope' }], [{ name: 'x', idleTimeoutMs: 2 ** 31 }], [{ id: 'aws-alb' }, 3], []]) {
    for (const given of [settings, {}, { ...settings, headersTimeout: '60000' }, { ...settings, keepAliveTimeout: NaN }]) {
      yield ['policyPlan', () => binding.policyPlan({ ...ask, hops }, given)]
      yield ['policyIdle', () => binding.policyIdle(version, given)]
    }
    for (const make of [bare, () => Object.freeze(bare()), () => Object.seal(bare()), () => new Proxy(bare(), {}), () => new Proxy(bare(), { set () { throw new Error('trap') } }), () => Object.defineProperty(bare(), 'headersTimeout', { get: () => 1, set () {} })]) {
      yield ['serverApply', () => {
        const server = make()
        const plan = binding.serverApply(server, { ...ask, hops }, constructors, kMark, {})
        return { plan, restored: binding.serverRestore(server, Object.keys(plan.targets).map((name) => ({ name, from: 1, to: plan.after[name] }))), left: server.keepAliveTimeout, marked: kMark in server }
      }]
    }
  }
  for (const word of ['aws_alb', 'awsalb', 'x'.repeat(100), 'ÄÖ', '']) {
    const words = binding.lbList().map(({ id }) => id)
    yield ['spellNearest', () => binding.spellNearest(word, words)]
    yield ['spellTies', () => binding.spellTies(word, words)]
  }
  yield ['connCreate', () => {
    const model = binding.connCreate({ ...settings, maxRequestsPerSocket: 3 }, '22.19.0', 0, 0)
    const seen = []
    for (let i = 0; i < binding.connEvents().length; i++) {
      seen.push(outcome(() => binding.connEvent(model, i, 10 * i + 0.25)), binding.connNext(model), binding.connState(model))
    }
    seen.push(outcome(() => binding.connStall(model, 500, 900)), outcome(() => binding.connAdvance(model, 1e6)), outcome(() => binding.connAdvance(model, Infinity)))
    return seen
  }]
  for (const name of fs.readdirSync(path.join(__dirname, 'fixtures', 'logs'))) {
    const text = fs.readFileSync(path.join(__dirname, 'fixtures', 'logs', name))
    yield ['logDetect', () => binding.logDetect(text)]
    yield ['logScan', () => {
      const log = binding.logOpen({ format: binding.logDetect(text) ?? 'nginx-access', logFormat: '', record: false, entries: 'all', evidence: 5, sinceMs: null, untilMs: 4e12 })
      binding.logHeader(log, text.subarray(0, 300))
      const half = text.subarray(0, text.length >> 1)
      const first = binding.logScan(log, half, false)
      const rest = binding.logScan(log, text.subarray(first.consumed), true)
      const result = binding.logResult(log)
      binding.logClose(log)
      return [first, rest, result, outcome(() => binding.logResult(log))]
    }]
  }
}

t.test('the same answers and the same errors as the native module', options, async (t) => {
  const addon = require('../build/Release/lb_safe_timeouts.node')
  const { loadWasm } = require('../lib/wasm')
  const wasm = loadWasm()
  t.same(Object.keys(wasm), Object.keys(addon))
  // what the kernel would have to answer, and what is made of a status that only Node's own
  // words describe
  const asksKernel = new Set(['sockInspect', 'lookDecide', 'gateBacklog', 'gateClose', 'gateOpen'])
  const ours = questions(wasm)
  let count = 0
  const different = []
  for (const [name, call] of questions(addon)) {
    const [, same] = ours.next().value
    if (asksKernel.has(name)) continue
    const [expected, found] = [outcome(call), outcome(same)].map((value) => inspect(value, { depth: 9, maxArrayLength: null }))
    count++
    if (expected !== found) different.push({ name, expected, found })
  }
  t.ok(count > 3000, `${count} questions`)
  const kinds = new Map(different.map((one) => [inspect(one), one]))
  t.same([...kinds.values()].slice(0, 8), [], `${different.length} different`)
})

t.test('memory comes back, whatever was thrown', options, async (t) => {
  const { loadWasm } = require('../lib/wasm')
  const { Instance } = WebAssembly
  let memory
  WebAssembly.Instance = function (...args) {
    const instance = new Instance(...args)
    memory = instance.exports.memory
    return instance
  }
  t.teardown(() => { WebAssembly.Instance = Instance })
  const wasm = loadWasm()
  const block = Buffer.from('x\n'.repeat(50000))
  const use = () => {
    const log = wasm.logOpen({ format: 'nginx-access', logFormat: '', record: false, entries: 'none', evidence: 0, sinceMs: null, untilMs: null })
    wasm.logScan(log, block, true)
    // a getter calls in again, and then throws
    const { message } = outcome(() => wasm.policyIdle('22.19.0', { get headersTimeout () { throw new Error(wasm.spellNearest('aws_alb', ['aws-alb'])) } }))
    wasm.logClose(log)
    return message
  }
  t.equal(use(), 'aws-alb')
  const before = memory.buffer.byteLength
  for (let i = 0; i < 200; i++) use()
  t.equal(memory.buffer.byteLength, before)

  // no stack left in the middle of the C code
  const endless = (depth) => wasm.policyIdle('22.19.0', { get headersTimeout () { return endless(depth + 1) } })
  t.throws(() => endless(0), RangeError)
  use()
  t.equal(memory.buffer.byteLength, before, 'and the C code has its own stack back')
})

t.test('--permission without --allow-addons', options, async (t) => {
  const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
  if (!process.allowedNodeEnvironmentFlags.has(flag)) return t.comment('this Node has no permission model')
  const flags = [flag, '--allow-fs-read=*']
  const { stdout, stderr } = run(applyScript, { flags })
  t.equal(stdout, applied)
  t.match(stderr, /\[LBST_W_NO_NATIVE\] Warning: the native module of lb-safe-timeouts could not be loaded \(.*addon.*disabled/)
  t.equal(stderr.match(/LBST_W_NO_NATIVE/g).length, 1)
  const strict = run(applyScript, { flags, env: { LB_SAFE_TIMEOUTS_REQUIRE_NATIVE: '1' } })
  t.equal(strict.stdout, '')
  t.match(strict.stderr, /LBST_E_NATIVE_MISSING/)
})

t.test('a platform without a binary: one warning for a process and its threads', options, async (t) => {
  const cwd = installPackage(t, ['prebuilds/wasm'])
  const pretend = "Object.defineProperty(process, 'platform', { value: 'freebsd' })\n"
  const { stdout, stderr } = run(`${pretend}${applyScript}
    const { Worker } = require('worker_threads')
    new Worker(${JSON.stringify(pretend + applyScript)}, { eval: true })`, { cwd })
  t.equal(stdout, applied + applied)
  t.match(stderr, /could not be loaded \(freebsd-\w+, Node [\d.]+\)\. Tried: build\/Release: nothing was built here; freebsd-\w+: there is no prebuilt binary for it\. /)
  t.equal(stderr.match(/LBST_W_NO_NATIVE/g).length, 1)

  const siblings = run(`${pretend}
    const { Worker } = require('worker_threads')
    const start = (count) => count > 0 && new Worker(${JSON.stringify(pretend + applyScript)}, { eval: true }).on('exit', () => start(count - 1))
    start(2)`, { cwd, flags: ['--require', 'lb-safe-timeouts/register'] })
  t.equal(siblings.stdout, applied + applied)
  t.equal(siblings.stderr.match(/LBST_W_NO_NATIVE/g).length, 1, 'workers beside each other, where register is loaded first')

  // and with register, where LB_SAFE_TIMEOUTS_LOG=off wants no line at all
  const flags = ['--require', './lib/register.js']
  const serve = `${pretend}const s = require('http').createServer(); s.listen(0, () => { console.log(s.keepAliveTimeout); s.close() })`
  t.match(run(serve, { cwd, flags }), { stdout: '65000\n', stderr: /LBST_W_NO_NATIVE/ })
  t.match(run(serve, { cwd, flags, env: { LB_SAFE_TIMEOUTS_LOG: 'off' } }), { stdout: '65000\n', stderr: /^$/ })
})

t.test('a binary that cannot be loaded says why', options, async (t) => {
  const cwd = installPackage(t, ['prebuilds/wasm'])
  const name = `${process.platform}-${process.arch}`
  fs.mkdirSync(path.join(cwd, 'prebuilds', name))
  fs.writeFileSync(path.join(cwd, 'prebuilds', name, 'lb_safe_timeouts.node'), 'no binary')
  const { stdout, stderr } = run(applyScript, { cwd })
  t.equal(stdout, applied)
  t.match(stderr, new RegExp(`prebuilds/${name}: .*lb_safe_timeouts\\.node`))
})

t.test('asked for: LB_SAFE_TIMEOUTS_NATIVE=off', options, async (t) => {
  const { stdout, stderr } = run(applyScript, { env: { LB_SAFE_TIMEOUTS_NATIVE: 'off' } })
  t.equal(stdout, applied)
  t.equal(stderr, '', 'no warning')
})

t.test('a variable that says something else', async (t) => {
  const rows = [
    [{ LB_SAFE_TIMEOUTS_REQUIRE_NATIVE: 'true' }, /environment variable LB_SAFE_TIMEOUTS_REQUIRE_NATIVE must be '1' or not set, got 'true'/],
    [{ LB_SAFE_TIMEOUTS_NATIVE: 'OFF' }, /environment variable LB_SAFE_TIMEOUTS_NATIVE must be 'off' or not set, got 'OFF'/]
  ]
  for (const [env, message] of rows) {
    const { stdout, stderr } = run(applyScript, { env })
    t.equal(stdout, '')
    t.match(stderr, message)
    t.match(stderr, /LBST_E_INVALID_TYPE/)
  }
  t.equal(run(applyScript, { env: { LB_SAFE_TIMEOUTS_REQUIRE_NATIVE: '0', LB_SAFE_TIMEOUTS_NATIVE: '' } }).stdout, '[true,65000,true]\n')
})

t.test('nothing at all', async (t) => {
  const { stdout, stderr } = run(applyScript, { cwd: installPackage(t, []) })
  t.equal(stdout, '')
  t.match(stderr, /LBST_E_NATIVE_MISSING/)
  t.match(stderr, /Tried: build\/Release: nothing was built here; .*; WebAssembly: Cannot find module/)
})
