'use strict'

// Every stage of the life of a process, or of a thread, that uses this package. Each function
// brings it there and then calls `here()`, in the very callback where that stage is, if it is
// in one. What they open stays open.

const diagnostics = require('node:diagnostics_channel')
const http = require('node:http')
const net = require('node:net')
const lbst = require('../..')

const options = { lb: 'aws-alb' }
const line = '10.0.0.1 - - [14/Jan/2026:09:00:00 +0000] "GET /a HTTP/1.1" 502 5 "-" "curl"\n'

function createServer (answer = (req, res) => res.end('ok')) {
  return http.createServer(answer)
}

function listen (server) {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
}

/** A connection whose first request was answered; `more` is what the client sends after it. */
function talk (port, more = '') {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
    socket.on('error', reject)
    socket.once('data', () => {
      if (more !== '') socket.write(more)
      resolve(socket)
    })
  })
}

async function serve (given = options, answer) {
  const server = createServer(answer)
  const report = lbst.applyLbSafeTimeouts(server, given)
  return { server, report, port: await listen(server) }
}

/** A server that is being drained, with a connection in the middle of a request. */
async function startDrain (drainOptions) {
  const { server, port } = await serve(options, (req, res) => { if (req.url === '/') res.end('ok') })
  const socket = await talk(port, 'GET /never HTTP/1.1\r\nHost: a\r\n\r\n')
  await new Promise((resolve) => server.once('request', resolve))
  return { server, socket, drained: lbst.drain(server, drainOptions) }
}

const stages = {
  loaded (here) {
    if (!lbst.native) throw new Error('the native module is not there')
    here()
  },
  created (here) {
    createServer()
    lbst.planLbSafeTimeouts(options)
    here()
  },
  applied (here) {
    lbst.applyLbSafeTimeouts(createServer(), options)
    here()
  },
  restored (here) {
    lbst.applyLbSafeTimeouts(createServer(), options).restore()
    here()
  },
  'inside a native call' (here) {
    const server = createServer()
    let value = server.requestTimeout
    Object.defineProperty(server, 'requestTimeout', { get: () => { here(); return value }, set: (given) => { value = given } })
    lbst.applyLbSafeTimeouts(server, options)
  },
  async listening (here) {
    await serve()
    here()
  },
  async 'with an idle connection' (here) {
    const { server, port } = await serve()
    await talk(port)
    lbst.status(server)
    here()
  },
  async 'inside a last look' (here) {
    diagnostics.subscribe('lb-safe-timeouts:idle-close', here)
    const server = createServer()
    lbst.applyLbSafeTimeouts(server, { ...options, onUnsafeWrite: 'off' })
    server.keepAliveTimeout = 20
    if ('keepAliveTimeoutBuffer' in server) server.keepAliveTimeoutBuffer = 0
    await talk(await listen(server))
  },
  async 'inside the announcement of a drain' (here) {
    const { server } = await serve()
    server.once('draining', here)
    lbst.drain(server, { windowMs: 50000, deadlineMs: 60000 })
  },
  async 'draining, in the window' (here) {
    await startDrain({ windowMs: 50000, deadlineMs: 60000 })
    here()
  },
  async 'draining, the gate closed' (here) {
    const { server } = await startDrain({ windowMs: 0, deadlineMs: 60000 })
    const close = net.Server.prototype.close
    // drain() closes the listener so, behind its gate
    net.Server.prototype.close = function (...args) {
      const result = Reflect.apply(close, this, args)
      if (this === server) here()
      return result
    }
  },
  async 'draining, drained' (here) {
    const { server } = await serve()
    await lbst.drain(server, { windowMs: 0, deadlineMs: 1000 })
    here()
  },
  'in the middle of a log' (here) {
    const stream = lbst.createLogClassifier({ format: 'nginx-access' })
    stream.write(line.repeat(10000) + line.slice(0, 20))
    stream.once('data', here)
  },
  async 'scanning files in other threads' (here, { log }) {
    const { classifyLogFiles } = require('../../lib/logs')
    const running = classifyLogFiles([log, log, log, log], { threads: 2, format: 'nginx-access' })
    setImmediate(here)
    await running
  },
  async 'scanning files, their entries coming' (here, { log }) {
    const { classifyLogFiles } = require('../../lib/logs')
    await classifyLogFiles([log], { threads: 1, format: 'nginx-access', onEntries: here })
  },
  'with models' (here) {
    const models = Array.from({ length: 1000 }, () => lbst.createConnectionModel())
    models.forEach((model) => model.event('open', 0))
    globalThis.gc?.()
    here()
  }
}

/** Asks all of the package once more; throws where an answer is not right. */
function useAll () {
  const server = createServer()
  const report = lbst.applyLbSafeTimeouts(server, options)
  const model = lbst.createConnectionModel()
  model.event('open', 0)
  const right = report.after.keepAliveTimeout === 65000 && lbst.status(server).verdict === 'unproven' &&
    lbst.classifyLog(line, { format: 'nginx-access' }).lines === 1 && model.open &&
    lbst.readLbMetadata('server { keepalive_timeout 5s; }\nupstream a { server 127.0.0.1; keepalive 2; }\n', { format: 'nginx' }).length > 0
  report.restore()
  if (!right) throw new Error('an answer at the end is not right')
}

module.exports = { line, stages, useAll }
