'use strict'

// No code of ours runs per request, but for the accessors of the guard: counted by V8 itself,
// over requests on a connection that is open already.

const http = require('node:http')
const inspector = require('node:inspector')
const { once } = require('node:events')
const path = require('node:path')
const { fileURLToPath } = require('node:url')
const t = require('tap')
const { applyLbSafeTimeouts } = require('..')
const { Peer } = require('./helpers/peer')

const requests = 500
const lib = path.join(__dirname, '..', 'lib') + path.sep
const readsMax = 8 // of all guarded properties together; 4 on Node 18 and 20, 8 from 22 on

/** How often each function in lib/ ran while `run` did. */
async function countCalls (run) {
  const session = new inspector.Session()
  session.connect()
  const post = (method, params) => new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => error ? reject(error) : resolve(result))
  })
  await post('Profiler.enable')
  await post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  await post('Profiler.takePreciseCoverage')
  await run()
  const { result } = await post('Profiler.takePreciseCoverage')
  session.disconnect()
  const calls = {}
  for (const { url, functions } of result) {
    const file = url.startsWith('file:') ? fileURLToPath(url) : url
    if (!file.startsWith(lib)) continue
    for (const { functionName, ranges: [{ count }] } of functions) {
      if (count > 0) calls[`${path.basename(file)} ${functionName}`] = (calls[`${path.basename(file)} ${functionName}`] ?? 0) + count
    }
  }
  return calls
}

t.test('requests on an open connection run nothing but accessors', async (t) => {
  const server = http.createServer((req, res) => res.end('ok'))
  applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const peer = await Peer.connect(server.address().port)
  t.teardown(() => peer.destroy())
  await peer.request()

  const calls = await countCalls(async () => {
    for (let i = 0; i < requests; i++) await peer.request()
  })
  const { 'guard.js get': reads, ...others } = calls
  t.same(others, {}, 'nothing else')
  t.ok(reads > 0 && reads <= readsMax * requests, `${reads / requests} reads per request`)

  const control = await countCalls(async () => {
    const fresh = await Peer.connect(server.address().port)
    fresh.destroy()
  })
  t.ok(control['last-look.js onConnection'] === 1, 'and a connection is seen: the count can fail')
})
