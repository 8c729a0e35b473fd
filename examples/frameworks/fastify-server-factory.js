'use strict'

// Fastify with a server of one's own. Fastify's keepAliveTimeout option has no effect then:
// the server keeps Node's 5 seconds unless somebody changes it.
//
//   LB_SAFE_TIMEOUTS_LB=aws-alb node fastify-server-factory.js

const http = require('node:http')
const Fastify = require('fastify')
const { applyLbSafeTimeouts } = require('lb-safe-timeouts')

const { HOST = '127.0.0.1', PORT = 3000 } = process.env

const fastify = Fastify({
  serverFactory (handler) {
    const server = http.createServer(handler)
    applyLbSafeTimeouts(server)
    return server
  }
})

fastify.get('/', async () => 'hello\n')

fastify.listen({ host: HOST, port: PORT }).then((address) => {
  console.log(`listening on ${address}`)
})
