'use strict'

// A server that knows nothing of lb-safe-timeouts, as somebody else's image has it. From the
// outside:
//
//   NODE_OPTIONS="--require lb-safe-timeouts/register" LB_SAFE_TIMEOUTS_LB=aws-alb node server.js

const http = require('node:http')

const { HOST = '127.0.0.1', PORT = 3000 } = process.env

const server = http.createServer((req, res) => {
  res.end('hello\n')
})

server.listen(PORT, HOST, () => {
  console.log(`listening on http://${HOST}:${server.address().port}`)
})
