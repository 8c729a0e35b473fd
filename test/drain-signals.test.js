'use strict'

// drain.onSignals(): from the signal to the exit code, one process per case.

const { fork } = require('node:child_process')
const { once } = require('node:events')
const http = require('node:http')
const path = require('node:path')
const t = require('tap')
const { drain } = require('lb-safe-timeouts')
const { talk } = require('./support/talk')

const deadlineMs = 2000 // of the fixture
const exitMsMax = 1000 // what ending may take beyond it

async function start (t, how, file = 'pod.js') {
  const child = fork(path.join(__dirname, 'fixtures', file), how.split(' '), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  t.teardown(() => child.kill('SIGKILL'))
  const steps = []
  let stderr = ''
  child.stderr.on('data', (chunk) => { stderr += chunk })
  child.on('message', (step) => steps.push(step))
  const exit = once(child, 'close')
  const [{ port }] = await once(child, 'message')
  const startMs = () => performance.now()
  async function leave (signal) {
    const fromMs = startMs()
    child.kill(signal)
    const [code, killedBy] = await exit
    return { code, killedBy, tookMs: performance.now() - fromMs, steps: steps.slice(1), stderr }
  }
  return { child, port, exit, leave, steps }
}

t.test('a signal: readiness off, drain, goodbyes in order, 0', async (t) => {
  const pod = await start(t, 'plain')
  const client = await talk(pod.port)
  client.get('/ready')
  await client.until(/ready\n/)
  const left = pod.leave('SIGTERM')
  const probe = talk(pod.port).then(async (probe) => {
    while (!pod.steps.includes('draining by SIGTERM')) await once(pod.child, 'message')
    probe.get('/ready')
    return probe.until(/draining\n/)
  })
  t.match(await probe, /HTTP\/1\.1 503/)
  client.get('/')
  t.match(await client.until(/<ok>/), /Connection: close/)
  t.match(await left, { code: 0, killedBy: null, steps: ['draining by SIGTERM', 'database closed', 'metrics flushed'], stderr: '' })
})

t.test('a hung goodbye does not outlive the deadline', async (t) => {
  const pod = await start(t, 'hung')
  const { code, tookMs, stderr } = await pod.leave('SIGTERM')
  t.equal(code, 1)
  t.ok(tookMs >= deadlineMs - 10 && tookMs < deadlineMs + exitMsMax, `${Math.round(tookMs)} ms`)
  t.match(stderr, /deadline of 2000 ms has come before hungDatabase of onDrained ended/)
})

t.test('a request that never ends leaves time for the goodbyes', async (t) => {
  const pod = await start(t, 'plain')
  const client = await talk(pod.port)
  client.get('/never')
  while (!pod.steps.includes('never')) await once(pod.child, 'message')
  const { code, tookMs, steps, stderr } = await pod.leave('SIGINT')
  t.equal(code, 1)
  t.equal(stderr, "lb-safe-timeouts: the drain's deadline of 1600 ms has come before the last connection ended\n")
  t.same(steps.slice(1), ['draining by SIGINT', 'database closed', 'metrics flushed'])
  t.ok(tookMs < deadlineMs + exitMsMax, `${Math.round(tookMs)} ms`)
})

t.test('the numbers for Kubernetes have time for the goodbyes too', async (t) => {
  const windowMs = 200 // of the fixture
  const lookMs = 1000 // the drain closes idle connections in its last second
  for (const requestMs of [1000, 4000, 100000]) {
    const { steps } = await (await start(t, `kubernetes ${requestMs}`)).leave('SIGTERM')
    const [{ deadlineMs }] = steps
    t.ok(deadlineMs >= windowMs + requestMs + lookMs, `of ${requestMs} ms for a request the drain has ${deadlineMs - windowMs}`)
  }
})

t.test('a failing goodbye costs the exit code, and no other goodbye', async (t) => {
  const pod = await start(t, 'failing')
  const { code, steps, stderr } = await pod.leave('SIGTERM')
  t.equal(code, 1)
  t.same(steps, ['draining by SIGTERM', 'the next one all the same'])
  t.match(stderr, /failed: Error: no such table/)
})

t.test('a second signal ends at once', async (t) => {
  const pod = await start(t, 'plain')
  const client = await talk(pod.port)
  client.get('/never')
  while (!pod.steps.includes('never')) await once(pod.child, 'message')
  const left = pod.leave('SIGTERM')
  while (!pod.steps.includes('draining by SIGTERM')) await once(pod.child, 'message')
  pod.child.kill('SIGTERM')
  const { code, tookMs } = await left
  t.equal(code, 143)
  t.ok(tookMs < deadlineMs / 2, `${Math.round(tookMs)} ms`)
})

t.test('the process ends when the last of several is done', async (t) => {
  for (const how of ['one copy', 'copies']) {
    const pods = await start(t, how, 'pods.js')
    const client = await talk(pods.port)
    client.get('/')
    while (!pods.steps.includes('asked')) await once(pods.child, 'message')
    const left = pods.leave('SIGTERM')
    while (!pods.steps.includes('idle drained')) await once(pods.child, 'message')
    pods.child.send('answer', () => {}) // where it is gone the client says so
    t.match(await client.until(/<late>/), /Connection: close/, how)
    t.match(await left, { code: 0, killedBy: null, steps: ['asked', 'idle drained', 'busy drained'], stderr: '' })
  }
})

t.test('a server that cannot be drained keeps no other from it', async (t) => {
  const pod = await start(t, 'torn')
  const client = await talk(pod.port)
  client.get('/')
  await client.until(/<ok>/)
  const { code, killedBy, steps, stderr } = await pod.leave('SIGTERM')
  t.same([code, killedBy, steps], [1, null, ['draining by SIGTERM', 'reports: 1']])
  t.match(stderr, /^lb-safe-timeouts: the drain of a server failed: Error: .*takes no new property/)
})

t.test('mistakes are told at once, and listen to nothing', async (t) => {
  const server = http.createServer()
  const before = process.listenerCount('SIGTERM')
  const rows = [
    [[{}], 'LBST_E_NOT_A_SERVER', /server/],
    [[server, { signals: ['SIGTREM'] }], 'LBST_E_INVALID_TYPE', /did you mean 'SIGTERM'/],
    [[server, { signals: ['SIGKILL'] }], 'LBST_E_INVALID_TYPE', /no process can catch/],
    [[server, { signals: 'SIGTERM' }], 'LBST_E_INVALID_TYPE', /a list such as/],
    [[server, { onDrained: 'close' }], 'LBST_E_INVALID_TYPE', /onDrained must be a function/],
    [[server, { onDrain: () => {} }], 'LBST_E_UNKNOWN_OPTION', /did you mean/],
    [[server, { windowMs: 3, deadlineMs: 2 }], 'LBST_E_CONFLICT', /windowMs 3/],
    [[server, { lb: 'render' }], 'LBST_E_NO_IDLE_TIMEOUT', /Render/],
    [[server, { lb: 'aws-alb', idleTimeoutMs: 120000 }], 'LBST_E_CONFLICT', /idleTimeoutMs: 120000/],
    [[server, { idleTimeoutMs: 2 ** 31 - 1 }], 'LBST_E_TOO_LONG', /2147483647/],
    [[Object.freeze(http.createServer())], 'LBST_E_WRITE_REFUSED', /frozen/]
  ]
  for (const [args, code, message] of rows) t.throws(() => drain.onSignals(...args), { code, message })
  t.equal(process.listenerCount('SIGTERM'), before)
  // whoever names none may get a plan later, from applyLbSafeTimeouts()
  process.env.LB_SAFE_TIMEOUTS_LB = 'render'
  t.teardown(() => { delete process.env.LB_SAFE_TIMEOUTS_LB })
  const { remove } = drain.onSignals(server)
  t.equal(process.listenerCount('SIGTERM'), before + 1)
  remove()
  t.equal(process.listenerCount('SIGTERM'), before)
})
