'use strict'

const fs = require('node:fs')
const http = require('node:http')
const http2 = require('node:http2')
const path = require('node:path')
const { once } = require('node:events')
const t = require('tap')
const lbst = require('..')

const idleTimeoutMs = 60000

/** The warnings of this package that `run` causes. */
async function warningsOf (run) {
  const warnings = []
  const onWarning = (warning) => { if (warning.name === 'LbSafeTimeoutsWarning') warnings.push(warning) }
  process.on('warning', onWarning)
  await run()
  await new Promise((resolve) => setImmediate(resolve))
  process.removeListener('warning', onWarning)
  return warnings
}

function guarded (onUnsafeWrite) {
  const server = http.createServer()
  const report = lbst.applyLbSafeTimeouts(server, { idleTimeoutMs, onUnsafeWrite })
  return { server, report }
}

function isData (server, name) {
  return 'value' in Object.getOwnPropertyDescriptor(server, name)
}

t.test('a write that breaks the plan is told once per property, with its line', async (t) => {
  const { server } = guarded()
  const warnings = await warningsOf(() => {
    server.keepAliveTimeout = 5000 // the line that is named
    server.keepAliveTimeout = 4000
    server.headersTimeout = 10
  })
  t.equal(server.keepAliveTimeout, 4000, "'warn' does not change what is written")
  t.same(warnings.map(({ code }) => code), ['LBST_W_UNSAFE_WRITE', 'LBST_W_UNSAFE_WRITE'])
  const line = fs.readFileSync(__filename, 'utf8').split('\n').findIndex((text) => text.includes('the line that is named')) + 1
  t.ok(warnings[0].message.includes(`guard.test.js:${line}:`), warnings[0].message)
  t.match(warnings[0].message, /^keepAliveTimeout was set to 5000 .* at least 65000/)
  t.match(warnings[0].detail, /guard\.test\.js/)
})

t.test('what does not break the plan is nobody\'s business', async (t) => {
  const { server } = guarded()
  const warnings = await warningsOf(() => {
    server.keepAliveTimeout = 90000
    server.keepAliveTimeout = 0
    server.requestTimeout = 0
    server.timeout = 0
    server.maxRequestsPerSocket = 10
  })
  t.same(warnings, [])
  t.equal(server.keepAliveTimeout, 0)
})

t.test('a numeric string is taken as the number that was meant', async (t) => {
  const { server } = guarded()
  const warnings = await warningsOf(() => {
    server.headersTimeout = '90000'
    server.keepAliveTimeout = ' 70000 '
  })
  t.equal(server.headersTimeout, 90000)
  t.equal(server.keepAliveTimeout, 70000)
  t.same(warnings.map(({ code }) => code), ['LBST_W_TEXT_WRITE', 'LBST_W_TEXT_WRITE'])
})

t.test('a value that Node would choke on later is named now', async (t) => {
  for (const value of [null, undefined, NaN, Infinity, -1, {}, 'soon']) {
    const { server } = guarded()
    const [warning] = await warningsOf(() => { server.headersTimeout = value })
    t.equal(warning.code, 'LBST_W_BAD_WRITE', String(value))
    const enforced = guarded('enforce').server
    enforced.headersTimeout = value
    t.equal(enforced.headersTimeout, 66000, `${value} does not get there`)
  }
})

t.test("'enforce' keeps the plan, without a word", async (t) => {
  const { server } = guarded('enforce')
  const warnings = await warningsOf(() => {
    server.keepAliveTimeout = 5000
    server.requestTimeout = '1000'
    server.setTimeout(1000)
    server.keepAliveTimeout = 70000
  })
  t.same(warnings, [])
  t.match(server, { keepAliveTimeout: 70000, requestTimeout: 300000, timeout: 0 })
})

t.test("'off' leaves plain properties", async (t) => {
  const { server } = guarded('off')
  t.ok(isData(server, 'keepAliveTimeout'))
  server.keepAliveTimeout = '1'
  t.equal(server.keepAliveTimeout, '1')
})

t.test('restore() takes the accessors away and keeps what others wrote', async (t) => {
  const { server, report } = guarded('off')
  const second = lbst.applyLbSafeTimeouts(server, { idleTimeoutMs: 90000 })
  t.notOk(isData(server, 'keepAliveTimeout'))
  const warnings = await warningsOf(() => {
    second.restore()
    server.headersTimeout = 60000
    report.restore()
  })
  t.same(warnings, [], 'our own writes do not warn')
  t.ok(isData(server, 'keepAliveTimeout'))
  t.match(server, { keepAliveTimeout: 5000, headersTimeout: 60000 })
  t.same(Object.keys(server), Object.keys(http.createServer()), 'nothing is left to be seen')
})

t.test('a call again and again keeps nothing more', async (t) => {
  const { server, report } = guarded()
  const attached = server[Symbol.for('lb-safe-timeouts.attached')]
  const again = (options) => lbst.applyLbSafeTimeouts(server, { idleTimeoutMs, ...options })
  const enforced = again({ onUnsafeWrite: 'enforce' })
  const off = Array.from({ length: 100 }, () => again({ onUnsafeWrite: 'off' }))
  t.equal(attached.users.length, 3, 'one for each that asks for something else')
  off.pop().restore()
  server.keepAliveTimeout = 1
  t.equal(server.keepAliveTimeout, 1, "the newest calls' options hold")
  server.keepAliveTimeout = 65000
  for (const one of off) one.restore()
  server.keepAliveTimeout = 1
  t.equal(server.keepAliveTimeout, 65000, 'and when they have gone, those of the one before')
  off[50].restore()
  enforced.restore()
  enforced.restore()
  t.equal(attached.users.length, 1, 'none goes twice')
  const raised = lbst.applyLbSafeTimeouts(server, { idleTimeoutMs: 90000 })
  again()
  t.equal(attached.users.length, 3, 'each that changed something, and the newest')
  raised.restore()
  t.equal(server.keepAliveTimeout, 65000)
  report.restore()
  t.equal(server.keepAliveTimeout, 5000)
  t.equal(server[Symbol.for('lb-safe-timeouts.attached')], undefined)
})

t.test('a second apply raises through the accessors', async (t) => {
  const { server, report } = guarded()
  const warnings = await warningsOf(() => {
    const second = lbst.applyLbSafeTimeouts(server, { idleTimeoutMs: 90000 })
    t.equal(server.keepAliveTimeout, 95000)
    server.keepAliveTimeout = 70000
    second.restore()
  })
  t.equal(warnings.length, 1, 'judged by the newest plan')
  t.equal(server.keepAliveTimeout, 70000)
  report.restore()
  t.equal(server.keepAliveTimeout, 70000, "somebody else's value stays")
})

t.test('a second copy of the package', async (t) => {
  const root = path.join(__dirname, '..')
  const copy = t.testdir()
  for (const part of ['lib', 'package.json', 'build/Release/lb_safe_timeouts.node']) {
    fs.cpSync(path.join(root, part), path.join(copy, part), { recursive: true })
  }
  const other = require(copy)
  t.not(other.applyLbSafeTimeouts, lbst.applyLbSafeTimeouts)
  const { server, report } = guarded('enforce')
  const warnings = await warningsOf(() => {
    const second = other.applyLbSafeTimeouts(server, { idleTimeoutMs: 90000 })
    t.equal(server.keepAliveTimeout, 95000)
    t.equal(lbst.status(server).lb.idleTimeoutMs, 90000, 'one evidence for both')
    t.same(second.restore(), ['keepAliveTimeout', 'headersTimeout'])
    t.equal(server.keepAliveTimeout, 65000)
    server.keepAliveTimeout = 1
    t.equal(server.keepAliveTimeout, 65000, "the first one's guard is back")
    report.restore()
  })
  t.same(warnings, [])
  t.equal(server.keepAliveTimeout, 5000)
  t.ok(isData(server, 'keepAliveTimeout'))
})

t.test('what cannot be guarded is left alone', async (t) => {
  const plain = http2.createServer()
  lbst.applyLbSafeTimeouts(plain, { idleTimeoutMs })
  t.notOk('keepAliveTimeout' in plain, 'HTTP/2 alone has no such timers')

  const server = http.createServer()
  let theirs = 70000
  Object.defineProperty(server, 'keepAliveTimeout', { get: () => theirs, set: (value) => { theirs = value }, configurable: true })
  lbst.applyLbSafeTimeouts(server, { idleTimeoutMs })
  server.keepAliveTimeout = 1
  t.equal(theirs, 1, "somebody else's accessor still works")
})

t.test('a served response reads the guarded values', async (t) => {
  const { server } = guarded()
  server.on('request', (req, res) => res.end('ok'))
  server.listen(0)
  await once(server, 'listening')
  t.teardown(() => server.close())
  const agent = new http.Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const request = http.get({ port: server.address().port, agent })
  const [response] = await once(request, 'response')
  t.equal(response.headers['keep-alive'], 'timeout=65')
  response.resume()
  await once(response, 'end')
})
