'use strict'

// A Next.js custom server: server.js is plain Node, so nothing has to be said to the bundler.
//
//   npm install && npm run build && LB_SAFE_TIMEOUTS_LB=aws-alb npm start

const http = require('node:http')
const next = require('next')
const { applyLbSafeTimeouts } = require('lb-safe-timeouts')

const { HOST = '127.0.0.1', PORT = 3000 } = process.env

async function main () {
  const app = next({ dev: false, dir: __dirname })
  await app.prepare()

  const server = http.createServer(app.getRequestHandler())
  applyLbSafeTimeouts(server)
  server.listen(PORT, HOST, () => {
    console.log(`listening on http://${HOST}:${server.address().port}`)
  })
}
main()
