'use strict'

// Koa: the app is not the server. app.listen() returns it; after listen is fine.
//
//   LB_SAFE_TIMEOUTS_LB=aws-alb node koa.js

const Koa = require('koa')
const { applyLbSafeTimeouts } = require('lb-safe-timeouts')

const { HOST = '127.0.0.1', PORT = 3000 } = process.env

const app = new Koa()

app.use((ctx) => {
  ctx.body = 'hello\n'
})

const server = app.listen(PORT, HOST, () => {
  console.log(`listening on http://${HOST}:${server.address().port}`)
})

applyLbSafeTimeouts(server)
