'use strict'

// A server that knows nothing of this package, asked once.

const fs = require('node:fs')
const http = require('node:http')

const server = http.createServer((req, res) => res.end('ok'))
server.listen(0, '127.0.0.1', () => {
  http.get({ port: server.address().port, host: '127.0.0.1', agent: false }, (res) => {
    res.resume()
    fs.writeSync(1, `${res.statusCode}\n`)
    server.close()
  })
})
