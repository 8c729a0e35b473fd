'use strict'

// Express: the app is not the server. app.listen() returns it; after listen is fine.
//
//   LB_SAFE_TIMEOUTS_LB=aws-alb node express.js

const express = require('express')
const { applyLbSafeTimeouts } = require('lb-safe-timeouts')

const { HOST = '127.0.0.1', PORT = 3000 } = process.env

const app = express()

app.get('/', (req, res) => {
  res.send('hello\n')
})

const server = app.listen(PORT, HOST, () => {
  console.log(`listening on http://${HOST}:${server.address().port}`)
})

applyLbSafeTimeouts(server)
