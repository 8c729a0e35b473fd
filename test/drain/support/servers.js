'use strict'

// The server that goes with a way of shutting down: Node's own, or a framework's.

const http = require('node:http')

/** Fastify with its own defaults. It answers as backend.js does, but knows no '/ready' and no '/never'. */
function createFastify () {
  const app = require('fastify')()
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => done(null, body))
  app.all('/*', (request, reply) => reply.send('ok'))
  return { app, server: app.server, listen: (port, host) => app.listen({ port, host }) }
}

/** `app` is null where there is no framework. */
function createServer (how, handler) {
  if (how === 'fastify') return createFastify()
  const server = http.createServer(handler)
  const listen = (port, host) => new Promise((resolve) => server.listen(port, host, resolve))
  return { app: null, server, listen }
}

module.exports = { createServer }
