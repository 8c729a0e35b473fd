'use strict'

// A hello-world server for the bench:  node hello-server.js plain|safe

const http = require('node:http')
const { exitWithParent } = require('../test/support/child')

const server = http.createServer((request, response) => response.end('hello\n'))
if (process.argv[2] === 'safe') require('..').applyLbSafeTimeouts(server, { lb: 'aws-alb' })
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
exitWithParent()
