'use strict'

// Hostile callers: whatever is passed, nothing crashes, what fails has a code of ours or is the
// caller's own error, and a server is as it was. Nothing that is read pollutes a prototype.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const t = require('tap')
const lbst = require('..')
const binding = require('../lib/binding')
const { bareEnv } = require('./support/bare-env')
const { snapshotServer } = require('./hostile/server')
const { spy, UserError } = require('./hostile/values')

const options = () => ({ lb: ['cloudflare', { id: 'aws-alb', idleTimeoutMs: 30000 }], marginMs: 5000, headersTimeout: 'outlast', onUnsafeWrite: 'warn', unbounded: 'long', lastLook: true, evidence: true })

/** Objects in `value`, and all below, as proxies that call `before` at whatever they are asked. */
function spyDeep (value, before) {
  if (typeof value !== 'object' || value === null) return value
  const inner = Array.isArray(value) ? value.map((item) => spyDeep(item, before)) : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spyDeep(item, before)]))
  return spy(inner, before)
}

/**
 * Calls `attempt(before)` again and again, where before() throws at the first, then at the
 * second time it is called, and so on until it gets through. Returns how many times it threw.
 */
function throwInTurn (attempt) {
  for (let at = 1; ; at++) {
    let count = 0
    const isDone = attempt((...args) => {
      count++
      if (count === at) throw new UserError(`at ${at}: ${args.map(String).join(' ')}`)
    })
    if (isDone) return at - 1
  }
}

t.test('options that throw at the n-th question: the error comes out, the server is as it was', async (t) => {
  const server = http.createServer()
  const before = snapshotServer(server)
  const wrong = []
  const thrown = throwInTurn((before_) => {
    const given = spyDeep(options(), before_)
    try {
      lbst.applyLbSafeTimeouts(server, given).restore()
      return true
    } catch (error) {
      if (!(error instanceof UserError)) wrong.push(error)
      if (before.compare() !== '') wrong.push(before.compare())
      return false
    }
  })
  t.same(wrong, [])
  t.ok(thrown > 20, `it threw ${thrown} times`)
  t.equal(server.keepAliveTimeout, http.createServer().keepAliveTimeout, 'and after restore()')
})

t.test('a server that throws at the n-th question: the error comes out, and it is as it was', async (t) => {
  const wrong = []
  const thrown = throwInTurn((before_) => {
    const server = http.createServer()
    const before = snapshotServer(server)
    let isApplied = false
    try {
      const report = lbst.applyLbSafeTimeouts(spy(server, (...args) => { if (!isApplied) before_(...args) }), options())
      isApplied = true
      report.restore()
      return true
    } catch (error) {
      if (!(error instanceof UserError)) wrong.push(error)
      if (before.compare() !== '') wrong.push(`${error.message}: ${before.compare()}`)
      return false
    }
  })
  t.same(wrong, [])
  t.ok(thrown > 20, `it threw ${thrown} times`)
})

t.test('random calls of every function with hostile values', async (t) => {
  for (const seed of [1, 2]) {
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [path.join(__dirname, 'hostile', 'random.js'), '--seed', String(seed), '--calls', '1500'], { encoding: 'utf8', env: bareEnv() })
    t.same({ status, signal, stderr }, { status: 0, signal: null, stderr: '' })
    const { calls, returned, codes, own, functions, failures } = JSON.parse(stdout)
    t.same(failures, [])
    t.ok(returned > 100 && own > 5 && Object.keys(codes).length > 8, `seed ${seed}: ${calls} calls of ${functions} functions, ${returned} returned`)
  }
})

// ---- prototypes ------------------------------------------------------------------------------

const payload = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"LoadBalancers":[{"__proto__":{"polluted":1},"Type":"application"}]}'
const texts = {
  JSON: payload,
  'JSON lines of a log': `${payload}\n${payload}\n`,
  YAML: '__proto__:\n  polluted: 1\nconstructor:\n  prototype:\n    polluted: 1\n"<<":\n  __proto__: { polluted: 1 }\nentryPoints: {}\n',
  'YAML merge': 'a: &a\n  __proto__: { polluted: 1 }\nb:\n  <<: *a\n  "__proto__":\n    polluted: 1\n',
  TOML: '[__proto__]\npolluted = 1\n[constructor.prototype]\npolluted = 1\n[a."__proto__"]\npolluted = 1\n',
  nginx: 'upstream __proto__ { server a; keepalive 2; }\nserver { location / { proxy_pass http://__proto__; } }\n',
  HAProxy: 'defaults __proto__\n  timeout http-keep-alive 5s\nbackend constructor from __proto__\n  server a 127.0.0.1:1\n',
  Terraform: 'resource "aws_lb" "__proto__" {\n  idle_timeout = 5\n  __proto__ = { polluted = 1 }\n}\n'
}

t.test('__proto__ and constructor in what is read pollute nothing', async (t) => {
  const { names } = require('../lib/metadata/formats')
  let read = 0
  for (const [kind, text] of Object.entries(texts)) {
    for (const format of [undefined, ...names]) {
      for (const input of [text, Buffer.from(text), ...(kind === 'JSON' ? [JSON.parse(text)] : [])]) {
        try {
          for (const hop of lbst.readLbMetadata(input, { format })) if (hop.polluted !== undefined) t.fail(`${kind} as ${format}`)
        } catch (error) {
          if (!/^LBST_E_/.test(error.code)) t.fail(`${kind} as ${format}: ${error.stack}`)
        }
        read++
      }
    }
    for (const format of ['auto', 'traefik-json', 'gcp', 'envoy']) {
      try {
        lbst.classifyLog(text, { format, entries: true })
      } catch (error) {
        if (!/^LBST_E_/.test(error.code)) t.fail(`${kind} as a log of ${format}: ${error.stack}`)
      }
    }
  }
  t.equal({}.polluted, undefined)
  t.equal((() => {}).polluted, undefined)
  t.equal([].polluted, undefined)
  t.ok(read > 100, `${read} readings`)
})

t.test('options from JSON with __proto__ are refused by name', async (t) => {
  const server = http.createServer()
  t.throws(() => lbst.applyLbSafeTimeouts(server, JSON.parse('{"__proto__":{"lb":"haproxy"}}')), { code: 'LBST_E_UNKNOWN_OPTION' })
  t.throws(() => lbst.planLbSafeTimeouts({ lb: JSON.parse('{"id":"aws-alb","constructor":{}}') }), { code: 'LBST_E_UNKNOWN_OPTION' })
})

t.test('what others have put on the prototype of all objects is no option', async (t) => {
  const names = [
    'lb', 'idleTimeoutMs', 'metadata', 'marginMs', 'headersTimeout', 'onUnsafeWrite', 'unbounded', 'lastLook', 'evidence', // options
    'id', 'name', 'role', 'drainMs', 'platform', 'source', // of a hop
    'keepAliveTimeout', 'requestTimeout', 'timeout', 'keepAliveTimeoutBuffer', 'nodeVersion',
    'windowMs', 'requestMs', 'format', 'logFormat', 'entries', 'since', 'until'
  ]
  const values = [7000, 'haproxy', true, null]
  // made before, because Node itself reads such options
  const servers = Array.from({ length: 1 + names.length * values.length }, () => http.createServer())
  const race = fs.readFileSync(path.join(__dirname, '..', 'examples', 'logs', 'alb.log'))
  const calls = [
    () => lbst.planLbSafeTimeouts(),
    () => lbst.planLbSafeTimeouts({ lb: 'aws-alb' }),
    () => lbst.planLbSafeTimeouts({ lb: ['cloudflare', { id: 'aws-alb' }] }),
    () => lbst.planLbSafeTimeouts({ metadata: [{ id: 'nginx' }] }, { keepAliveTimeout: 5000 }),
    () => lbst.drain.kubernetes({ lb: 'aws-alb' }),
    () => lbst.nodeTimers('22.19.0'),
    () => lbst.classifyLog(race),
    () => {
      const server = servers.pop()
      const { lb, warnings } = lbst.applyLbSafeTimeouts(server, { lb: 'gcp-external-alb' })
      return { lb, warnings, keepAliveTimeout: server.keepAliveTimeout, headersTimeout: server.headersTimeout, requestTimeout: server.requestTimeout }
    }
  ]
  const wanted = calls.map((call) => JSON.stringify(call()))
  for (const name of names) {
    for (const value of values) {
      Object.prototype[name] = value // eslint-disable-line no-extend-native
      try {
        calls.forEach((call, index) => { if (JSON.stringify(call()) !== wanted[index]) t.fail(`${name}: ${value} changes ${call}`) })
      } catch (error) {
        t.fail(`${name}: ${value}: ${error.message}`)
      } finally {
        delete Object.prototype[name]
      }
    }
  }
  t.equal(servers.length, 0)
})

t.test('a setter on the prototype of all objects runs in the middle of a scan', async (t) => {
  const native = binding.native()
  const lines = 200
  const text = fs.readFileSync(path.join(__dirname, '..', 'examples', 'logs', 'alb.log'), 'latin1').split('\n')[0] + '\n'
  const codes = new Set()
  let detached = 0
  for (const run of [
    (handle, block) => native.logScan(handle, block, true),
    (handle) => native.logResult(handle)
  ]) {
    const handle = native.logOpen({ format: 'alb', record: false, logFormat: '', entries: 'all', evidence: 0, sinceMs: null, untilMs: null })
    const block = Buffer.from(new Uint8Array(Buffer.from(text.repeat(lines))).buffer)
    for (const name of ['line', 'text', 'counts']) {
      Object.defineProperty(Object.prototype, name, { // eslint-disable-line no-extend-native
        configurable: true,
        get () {},
        set () {
          // takes away both that the scan works on
          if (block.length > 0) structuredClone(block.buffer, { transfer: [block.buffer] })
          detached += Number(block.length === 0)
          try {
            native.logClose(handle)
          } catch ({ code }) {
            codes.add(code)
          }
        }
      })
    }
    try {
      run(handle, block)
    } finally {
      for (const name of ['line', 'text', 'counts']) delete Object.prototype[name]
    }
    native.logClose(handle)
  }
  t.ok(detached > lines, `${detached} times`)
  t.same([...codes], ['LBST_E_CONFLICT'])
})

// ---- no code from data -----------------------------------------------------------------------

function listSources (folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name)
    return entry.isDirectory() ? listSources(file) : /\.m?js$/.test(entry.name) ? [file] : []
  })
}

t.test('nothing that is shipped makes code of data', async (t) => {
  const root = path.join(__dirname, '..')
  const sources = ['lib', 'bin'].flatMap((folder) => listSources(path.join(root, folder)))
  t.ok(sources.length > 50, `${sources.length} files`)
  for (const file of sources) {
    const text = fs.readFileSync(file, 'utf8')
    const found = [...text.matchAll(/\beval\s*\(|\bnew Function\b|\bFunction\s*\(\s*['"`]|\bnode:vm\b|\brunIn\w*Context\b|\.setTimeout\(\s*['"`]|\bimport\(\s*[^'"\s]/g)].map(([match]) => match)
    t.same(found, [], path.relative(root, file))
  }
})

t.test('only commands start other programs, and name them themselves', async (t) => {
  const root = path.join(__dirname, '..')
  const files = ['lib', 'bin'].flatMap((folder) => listSources(path.join(root, folder)))
  const starting = files.filter((file) => fs.readFileSync(file, 'utf8').includes('child_process'))
  // the compiler, for `lb-safe-timeouts build`; this very Node, for `lb-safe-timeouts selfcheck`
  t.same(starting.map((file) => path.relative(root, file).split(path.sep).join('/')).sort(), ['lib/native/compile.js', 'lib/selfcheck/replay.js'])
  for (const file of starting) t.notMatch(fs.readFileSync(file, 'utf8'), /shell: true|\bexec\(|execSync\(/, 'and none through a shell')
})

t.test('every require() names its module in words', async (t) => {
  const root = path.join(__dirname, '..')
  const found = []
  for (const file of ['lib', 'bin'].flatMap((folder) => listSources(path.join(root, folder)))) {
    for (const [match] of fs.readFileSync(file, 'utf8').replace(/^\s*(\/\/|\*).*$/gm, '').matchAll(/\brequire(\.resolve)?\((?!'[^']*'\)|\))[^)]*\)?/g)) {
      found.push(`${path.relative(root, file)}: ${match}`)
    }
  }
  t.same(found, [])
})

t.test('all of it works where code from strings is forbidden', async (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disallow-code-generation-from-strings', path.join(__dirname, 'lifecycle', 'homes', 'basics.js')], { encoding: 'utf8' })
  t.same({ status, stdout, stderr }, { status: 0, stdout: 'native true, fine\n', stderr: '' })
})
