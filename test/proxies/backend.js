'use strict'

// The server under test, in a process of its own on whichever Node runs it.
//
//   node backend.js '{"kind":"ours","name":"idle","protocol":"http","tally":"...","lb":{...}}'
//
// It writes the id of each request that it has received in full to the file `tally`, before
// it answers: what was processed is known even of a process that was killed.

const fs = require('node:fs')
const { createRequire } = require('node:module')
const { exitWithParent } = require('../support/child')
const { createPem } = require('../support/certificate')
const { checkMs, createSettings, drainOptions, findCloseMs } = require('./settings')

const { kind, name, protocol = 'http', tally, lb, marginMs, packages } = JSON.parse(process.argv[2])
const requireFrom = (name) => createRequire(packages)(name)
const tallyFile = fs.openSync(tally, 'a')
const connections = new WeakMap() // socket -> { bornMs, requests }

function answer (request, response) {
  const url = new URL(request.url, 'http://server')
  const connection = connections.get(request.socket) ?? { bornMs: performance.now(), requests: 0 }
  connection.requests++
  const id = url.pathname.split('/').pop()
  request.resume()
  request.on('end', () => {
    fs.writeSync(tallyFile, `${id}\n`)
    // Not within the read that brought the body: on Node 18 that would switch the idle timeout
    // off for good, and there would be nothing to see.
    setTimeout(() => {
      response.setHeader('Cache-Control', 'no-store')
      response.setHeader('X-Connection-Requests', connection.requests)
      response.setHeader('X-Connection-Age', Math.round(performance.now() - connection.bornMs))
      if (url.searchParams.has('last')) response.setHeader('Connection', 'close')
      response.end(id)
    }, Number(url.searchParams.get('ms') ?? 0))
  })
}

function handle (request, response) {
  if (request.url === '/ready') return response.end('ready')
  answer(request, response)
}

const limits = { connectionsCheckingInterval: checkMs }
const pem = protocol === 'https' ? createPem() : {}

/** Resolves to { server, shutdown() }; shutdown() ends the process when it is done. */
async function createServer () {
  const settings = createSettings(kind, process.versions.node, name)
  if (kind === 'fastify') {
    const { fastify } = requireFrom(Number(process.versions.node.split('.')[0]) < 20 ? 'fastify4' : 'fastify')
    if (fastify().initialConfig.keepAliveTimeout !== 72000) throw new Error('the default of Fastify is no longer 72 s: settings.js scales another one')
    const app = fastify({ ...settings, ...(protocol === 'https' ? { https: pem } : {}), http: limits })
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (request, payload, done) => done(null))
    app.all('/*', (request, reply) => {
      reply.hijack()
      handle(request.raw, reply.raw)
    })
    await app.ready()
    return { server: app.server, shutdown: () => app.close().then(() => process.exit()) }
  }
  const { createServer } = require(`node:${protocol}`)
  const server = createServer({ ...limits, ...pem }, handle)
  Object.assign(server, settings)
  if (kind === 'http-terminator') {
    const terminator = requireFrom('http-terminator').createHttpTerminator({ server, gracefulTerminationTimeout: 1000 })
    return { server, shutdown: () => terminator.terminate().then(() => process.exit()) }
  }
  if (kind === 'ours') {
    const { applyLbSafeTimeouts, drain } = require('../..')
    const { safe } = applyLbSafeTimeouts(server, { lb, ...(marginMs === undefined ? {} : { marginMs }) })
    return { server, safe, shutdown: () => drain(server, drainOptions).then((report) => process.send({ report }, () => process.exit())) }
  }
  return { server, shutdown: () => server.close(() => process.exit()) }
}

// blocks the event loop without using the processor that the clients need
function stall (ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

async function main () {
  const { server, safe, shutdown } = await createServer()
  server.on(protocol === 'https' ? 'secureConnection' : 'connection', (socket) => connections.set(socket, { bornMs: performance.now(), requests: 0 }))
  process.on('message', ({ what, ms }) => {
    if (what === 'shutdown') return shutdown()
    process.send({ stalling: true })
    stall(ms)
  })
  const { keepAliveTimeout, headersTimeout } = server
  const closeMs = findCloseMs({ keepAliveTimeout }, process.versions.node)
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port, closeMs: closeMs === Infinity ? null : closeMs, headersTimeout, safe }))
  exitWithParent()
}

main()
