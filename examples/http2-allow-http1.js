'use strict'

// One http2 server for both protocols. Load balancers mostly speak HTTP/1.1 to it, and the
// timeouts rule those connections; Node never closes an idle HTTP/2 session.
//
//   TLS_KEY=key.pem TLS_CERT=cert.pem LB_SAFE_TIMEOUTS_LB=aws-alb node http2-allow-http1.js

const fs = require('node:fs')
const http2 = require('node:http2')
const { applyLbSafeTimeouts } = require('lb-safe-timeouts')

const { HOST = '127.0.0.1', PORT = 3000, TLS_KEY, TLS_CERT } = process.env

const server = http2.createSecureServer({
  allowHTTP1: true,
  key: fs.readFileSync(TLS_KEY),
  cert: fs.readFileSync(TLS_CERT)
}, (req, res) => {
  res.end('hello\n')
})

applyLbSafeTimeouts(server)

server.listen(PORT, HOST, () => {
  console.log(`listening on https://${HOST}:${server.address().port}`)
})
