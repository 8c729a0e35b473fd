'use strict'

// One worker of cluster.js. Alone it is a server too: node examples/drain/worker.js

const http = require('node:http')
const { applyLbSafeTimeouts, drain } = require('../../lib') // require('lb-safe-timeouts')

const server = http.createServer((req, res) => {
  req.resume()
  req.on('end', () => res.end('ok'))
})

applyLbSafeTimeouts(server, { lb: 'nginx' })

// The other workers go on listening on the same port, so no load balancer has to learn
// anything: the window only has to cover connections in steady use.
drain.onSignals(server, { signals: ['SIGTERM'], windowMs: 300, deadlineMs: 3000 })

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1')
