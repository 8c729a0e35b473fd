'use strict'

// For people who use close-with-grace already: it waits for signals and errors and bounds
// the time, drain() is what it calls.
//
//   npm install close-with-grace && node examples/drain/close-with-grace.js

const http = require('node:http')
const closeWithGrace = require('close-with-grace')
const { applyLbSafeTimeouts, drain } = require('../../lib') // require('lb-safe-timeouts')

const deadlineMs = 3000

const server = http.createServer((req, res) => {
  req.resume()
  req.on('end', () => res.end('ok'))
})

applyLbSafeTimeouts(server, { lb: 'nginx' })

// a second more than the drain, which ends by itself in time
closeWithGrace({ delay: deadlineMs + 1000, logger: false }, async ({ err }) => {
  if (err) console.error(err)
  const report = await drain(server, { windowMs: 300, deadlineMs })
  console.log(JSON.stringify(report))
  // and here: await database.close()
})

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => console.log(`listening on ${server.address().port}`))
