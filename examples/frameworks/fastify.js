'use strict'

// Fastify: the server is fastify.server, from the start. Name the host: on 'localhost', its
// default, Fastify opens a second server for ::1 that fastify.server does not show (a
// serverFactory, as in fastify-server-factory.js, has only the one).
//
//   LB_SAFE_TIMEOUTS_LB=aws-alb node fastify.js

const Fastify = require('fastify')
const { applyLbSafeTimeouts } = require('lb-safe-timeouts')

const { HOST = '127.0.0.1', PORT = 3000 } = process.env

const fastify = Fastify()

fastify.get('/', async () => 'hello\n')

applyLbSafeTimeouts(fastify.server)

fastify.listen({ host: HOST, port: PORT }).then((address) => {
  console.log(`listening on ${address}`)
})
