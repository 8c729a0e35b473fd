'use strict'

// node:https behind a load balancer that speaks TLS to its targets.
//
//   TLS_KEY=key.pem TLS_CERT=cert.pem LB_SAFE_TIMEOUTS_LB=aws-alb node https.js

const fs = require('node:fs')
const https = require('node:https')
const { applyLbSafeTimeouts } = require('lb-safe-timeouts')

const { HOST = '127.0.0.1', PORT = 3000, TLS_KEY, TLS_CERT } = process.env

const server = https.createServer({
  key: fs.readFileSync(TLS_KEY),
  cert: fs.readFileSync(TLS_CERT)
}, (req, res) => {
  res.end('hello\n')
})

applyLbSafeTimeouts(server)

server.listen(PORT, HOST, () => {
  console.log(`listening on https://${HOST}:${server.address().port}`)
})
