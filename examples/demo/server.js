'use strict'

// The application: an http server as Node makes it, with or without the one line more.
//
//   node server.js plain|safe

const http = require('node:http')
const { applyLbSafeTimeouts } = require('../..')
const { exitWithParent } = require('../../test/support/child')
const { countHeader } = require('../../test/support/lanes')
const { safeOptions, serverSettings } = require('./settings')

const requestCounts = new WeakMap() // by connection

const server = http.createServer(serverSettings, (request, response) => {
  const count = (requestCounts.get(request.socket) ?? 0) + 1
  requestCounts.set(request.socket, count)
  response.setHeader(countHeader, count)
  // Node adds "Keep-Alive: timeout=N" unless the header Connection was set. The pool of our
  // own proxy (undici) would obey that hint and close first; load balancers do not read it.
  response.setHeader('Connection', 'keep-alive')
  request.resume()
  // Not within the read that brought the body: on Node 18 that would switch the idle timeout
  // off for good, and there would be nothing to see.
  request.on('end', () => setImmediate(() => response.end('hello\n')))
})
// not an option of createServer() on every version that has it
if (serverSettings.keepAliveTimeoutBuffer !== undefined) {
  server.keepAliveTimeoutBuffer = serverSettings.keepAliveTimeoutBuffer
}

if (process.argv[2] === 'safe') applyLbSafeTimeouts(server, safeOptions)

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
exitWithParent()
