'use strict'

// hapi: its "server" is not Node's. That one is server.listener.
//
//   LB_SAFE_TIMEOUTS_LB=aws-alb node hapi.js

const Hapi = require('@hapi/hapi')
const { applyLbSafeTimeouts } = require('lb-safe-timeouts')

const { HOST = '127.0.0.1', PORT = 3000 } = process.env

const server = Hapi.server({ host: HOST, port: PORT })

server.route({ method: 'GET', path: '/', handler: () => 'hello\n' })

applyLbSafeTimeouts(server.listener)

server.start().then(() => {
  console.log(`listening on http://${HOST}:${server.listener.address().port}`)
})
