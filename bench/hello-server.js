'use strict'

// A hello-world server for the bench:  node hello-server.js plain|safe
// GET /usage answers with the processor time (us) that the process has taken so far.

const http = require('node:http')
const { exitWithParent } = require('../test/support/child')

const server = http.createServer((request, response) => {
  if (request.url !== '/usage') return response.end('hello\n')
  const { user, system } = process.cpuUsage()
  response.end(String(user + system))
})
if (process.argv[2] === 'safe') require('..').applyLbSafeTimeouts(server, { lb: 'aws-alb' })
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
exitWithParent()
