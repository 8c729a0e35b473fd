'use strict'

// node:http behind a load balancer. The one line that matters is the last one before listen.
//
//   LB_SAFE_TIMEOUTS_LB=aws-alb node plain-http.js

const http = require('node:http')
const { applyLbSafeTimeouts } = require('lb-safe-timeouts')

const { HOST = '127.0.0.1', PORT = 3000 } = process.env

const server = http.createServer((req, res) => {
  res.end('hello\n')
})

applyLbSafeTimeouts(server)

server.listen(PORT, HOST, () => {
  console.log(`listening on http://${HOST}:${server.address().port}`)
})
