'use strict'

// The server of the image, and of ../kubernetes and ../ecs: timeouts, readiness, drain.
//
//   LB_SAFE_TIMEOUTS_LB=aws-alb node server.js

const http = require('node:http')
const { applyLbSafeTimeouts, drain } = require('lb-safe-timeouts')

const { HOST = '0.0.0.0', PORT = 3000, DRAIN_WINDOW_MS = 10000, DRAIN_DEADLINE_MS = 25000 } = process.env

const server = http.createServer((req, res) => {
  if (req.url === '/ready') return ready(req, res)
  res.end('hello\n')
})
const ready = drain.readiness(server)

applyLbSafeTimeouts(server) // from the environment
drain.onSignals(server, { windowMs: Number(DRAIN_WINDOW_MS), deadlineMs: Number(DRAIN_DEADLINE_MS) })

server.listen(PORT, HOST, () => {
  console.log(`listening on http://${HOST}:${server.address().port}`)
})
