'use strict'

// createConnectionModel(): the names, the answers and the errors of its JavaScript face. Its
// rules are test/core/conn_test.c's, and their truth is test/conformance's.

const v8 = require('node:v8')
const vm = require('node:vm')
const t = require('tap')
const { createConnectionModel } = require('../lib')
const { createConnectionModel: direct } = require('lb-safe-timeouts/model')

const whole = ['bytes', 'headers-complete', 'request-complete']

function tell (model, ...events) {
  for (const [name, ...times] of events) model.event(name, ...times)
  return model
}

function idleModel (settings, nodeVersion, listenAtMs = 0) {
  const model = createConnectionModel(settings, { nodeVersion, listenAtMs })
  return tell(model, ['open', 0], ...whole.map((name) => [name, 10]), ['response-finish', 20])
}

t.test('an idle connection, by version', async (t) => {
  for (const [version, atMs] of [['18.20.8', 5020], ['20.17.0', 5020], ['20.18.0', 6020], ['22.23.3', 6020], ['26.10.0', 6020]]) {
    const model = idleModel({ keepAliveTimeout: 5000 }, version)
    t.equal(model.nextDeadlineMs(), atMs, version)
    t.equal(model.advance(atMs - 1), null)
    t.same(model.advance(atMs + 1000), { atMs, action: 'close', reason: 'keep-alive', earliestMs: atMs - 1, latestMs: atMs + 2 })
    t.equal(model.nextDeadlineMs(), Infinity, 'after a close there is no deadline')
    t.equal(model.advance(1e9), null, 'and it is told once')
    t.notOk(model.open)
  }
})

t.test('the check of connections, from the moment of listening', async (t) => {
  const settings = { headersTimeout: 500, requestTimeout: 2000, connectionsCheckingInterval: 1000 }
  const model = createConnectionModel(settings, { nodeVersion: '22.23.3', listenAtMs: 250 })
  tell(model, ['open', 900])
  t.equal(model.nextDeadlineMs(), 2250, 'listening at 250, a check each second, expired after 1400')
  t.ok(model.active)
  t.match(model.advance(Infinity), { atMs: 2250, action: 'respond-408', reason: 'headers' })
})

t.test('a stall', async (t) => {
  const between = tell(idleModel({ keepAliveTimeout: 500 }, '18.20.8'), ['stall', 400, 700])
  t.match(between.advance(700), { atMs: 700, action: 'close', reason: 'keep-alive' })
  const open = tell(idleModel({ keepAliveTimeout: 500 }, '18.20.8'), ['stall', 400])
  t.equal(open.nextDeadlineMs(), Infinity, 'nobody knows when the loop runs again')
  tell(open, ['bytes', 700])
  t.match(open.advance(700), { atMs: 700, reason: 'keep-alive' }, 'timers first, then sockets')
})

t.test('a deadline that an event comes too late for', async (t) => {
  const model = idleModel({ keepAliveTimeout: 500 }, '18.20.8')
  tell(model, ['bytes', 600])
  t.notOk(model.open)
  t.match(model.advance(600), { atMs: 520, action: 'close' })
})

t.test('the Keep-Alive header', async (t) => {
  t.equal(idleModel({ keepAliveTimeout: 5999 }, '22').keepAliveHeader(), 'timeout=5')
  t.equal(idleModel({ keepAliveTimeout: 5000, maxRequestsPerSocket: 2 }, '22').keepAliveHeader(), 'timeout=5, max=2')
  t.equal(idleModel({ keepAliveTimeout: 5000, maxRequestsPerSocket: 1 }, '22').keepAliveHeader(), null)
  t.equal(idleModel({ keepAliveTimeout: 0 }, '22').keepAliveHeader(), null)
  t.equal(idleModel({ keepAliveTimeout: Infinity }, '22').keepAliveHeader(), 'timeout=Infinity')
})

t.test('defaults', async (t) => {
  t.equal(createConnectionModel().constructor, direct().constructor, 'the same models at both addresses')
  const model = createConnectionModel()
  t.equal(model.nextDeadlineMs(), Infinity, 'not open yet')
  model.event('open', 0)
  t.equal(model.nextDeadlineMs(), 90000, "Node's own headersTimeout, at the check after it")
})

t.test('errors', async (t) => {
  const model = createConnectionModel({}, { nodeVersion: '22' })
  const fails = [
    [() => model.event('bytes', 0), 'LBST_E_EVENT_ORDER', /begins with the event 'open'/],
    [() => { model.event('open', 5); model.event('open', 6) }, 'LBST_E_EVENT_ORDER', /open already/],
    [() => model.event('bites', 6), 'LBST_E_UNKNOWN_EVENT', /'bites'.*did you mean 'bytes'/],
    [() => model.event('toString', 6), 'LBST_E_UNKNOWN_EVENT', /'toString'/],
    [() => model.event(3, 6), 'LBST_E_INVALID_TYPE', /got 3/],
    [() => model.event('bytes', 4), 'LBST_E_TIME_ORDER', /atMs is 4, .* at 5 ms/],
    [() => model.event('bytes', '9'), 'LBST_E_INVALID_TYPE', /got '9'/],
    [() => model.event('bytes', NaN), 'LBST_E_OUT_OF_RANGE', /got NaN/],
    [() => model.event('bytes', Infinity), 'LBST_E_OUT_OF_RANGE', /got Infinity/],
    [() => model.event('bytes', 7, 9), 'LBST_E_INVALID_TYPE', /only the event 'stall'/],
    [() => model.event('stall', 7, 6), 'LBST_E_TIME_ORDER', /before the stall's start/],
    [() => model.advance(1), 'LBST_E_TIME_ORDER', /toMs is 1/],
    [() => model.advance(), 'LBST_E_INVALID_TYPE', /undefined/],
    [() => createConnectionModel({ keepAliveTimout: 1 }), 'LBST_E_UNKNOWN_OPTION', /did you mean keepAliveTimeout/],
    [() => createConnectionModel({ keepAliveTimeout: '5000' }), 'LBST_E_INVALID_TYPE', /keepAliveTimeout must be a number/],
    [() => createConnectionModel({}, { nodeVersion: '9' }), 'LBST_E_UNKNOWN_NODE', /'9'/],
    [() => createConnectionModel({}, { nodeVersion: 22 }), 'LBST_E_INVALID_TYPE', /got 22/],
    [() => createConnectionModel({}, { listenAt: 22 }), 'LBST_E_UNKNOWN_OPTION', /listenAtMs/],
    [() => createConnectionModel({}, { listenAtMs: -1 }), 'LBST_E_OUT_OF_RANGE', /got -1/],
    [() => createConnectionModel('aws-alb'), 'LBST_E_INVALID_TYPE', /must be an object/]
  ]
  for (const [call, code, message] of fails) t.throws(call, { code, message })
  t.equal(model.nextDeadlineMs(), 90000, 'a failed call changes nothing')
})

t.test('a handle is what it says it is', async (t) => {
  const { native } = require('../lib/binding')
  for (const wrong of [{}, null, undefined, 1, () => {}, Object.create(null)]) {
    t.throws(() => native().connNext(wrong), { code: 'LBST_E_INVALID_TYPE' })
  }
  t.throws(() => native().connEvent(native().connCreate({}, '22', 0, Infinity), 99, 0), { code: 'LBST_E_UNKNOWN_EVENT' })
})

t.test('hundreds of thousands of them are freed', async (t) => {
  v8.setFlagsFromString('--expose-gc')
  const collect = vm.runInNewContext('gc')
  const batch = async () => {
    for (let i = 0; i < 100000; i++) createConnectionModel({}, { nodeVersion: '22' }).event('open', i)
    // what V8 has not found yet is no leak; what it found is freed in turns of the loop
    collect()
    for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve))
  }
  // what the first ones take is kept for the next, also by a sanitizer's quarantine
  for (let i = 0; i < 2; i++) await batch()
  const before = process.memoryUsage().rss
  for (let i = 0; i < 4; i++) await batch()
  // 400,000 models of about 400 bytes would be 160 MB and their objects more
  t.ok(process.memoryUsage().rss - before < 100e6, 'no leak worth the name')
})
