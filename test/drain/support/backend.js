'use strict'

// A server in a process of its own. It is told by its parent when to shut down, and how:
//   node backend.js '{"how":"drain","options":{...},"port":0,"stallMs":0}'

const { createServer } = require('./servers')
const { shutdowns } = require('./shutdowns')

const { how, options, host = '127.0.0.1', port = 0, stallMs = 0, stallAfterMs = 0, shutdownAfterMs, idleTimeoutMs } = JSON.parse(process.argv[2])

function stall (ms) {
  const endMs = performance.now() + ms
  while (performance.now() < endMs);
}

let isUsed = false
let ready = (req, res) => res.end('ready')

const { app, server, listen } = createServer(how, (req, res) => {
  if (req.url === '/ready') return ready(req, res)
  if (req.url === '/never') return
  if (!isUsed && process.connected) process.send({ used: true })
  isUsed = true
  req.resume()
  req.on('end', () => res.end('ok'))
})
// as long as a pool owner's: what is lost here is lost by the shutdown alone
if (app === null) server.keepAliveTimeout = idleTimeoutMs ?? 65000
if (how === 'drain') ready = require('../../../lib').drain.readiness(server)

// a parent that is gone shuts nothing down any more
const exit = () => process.exit()
process.on('disconnect', exit)

async function main () {
  const shutdown = await shutdowns[how](server, options, app)
  process.on('message', (message) => {
    if (message === 'shutdown') {
      process.removeListener('disconnect', exit)
      if (shutdownAfterMs === undefined) shutdown()
      else setTimeout(shutdown, shutdownAfterMs)
      process.send({ started: true })
      if (stallMs > 0) setTimeout(() => stall(stallMs), stallAfterMs)
    }
    if (message === 'usage') {
      global.gc?.() // node --expose-gc
      const { user, system } = process.cpuUsage()
      process.send({ usage: { ...process.memoryUsage(), cpuUs: user + system } })
    }
    if (message?.stall) stall(message.stall)
  })
  await listen(port, host)
  process.send({ port: server.address().port })
}

main()
