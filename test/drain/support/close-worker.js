'use strict'

// The control of the cluster test: examples/drain/worker.js with server.close() in the place
// of drain().

const http = require('node:http')

const graceMs = 1000

const server = http.createServer((req, res) => {
  req.resume()
  req.on('end', () => res.end('ok'))
})
server.keepAliveTimeout = 65000
process.on('SIGTERM', () => {
  server.close(() => process.exit())
  server.closeIdleConnections()
  // connections in steady use stay in use: close() announces nothing
  setTimeout(() => process.exit(), graceMs)
})
server.listen(0, '127.0.0.1')
