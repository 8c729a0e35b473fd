'use strict'

// A process with one server per case, on any Node from 18 on: node server.js <JSON of
// [{ settings, handler, secure }]> [<key> <cert>]. Sends { ports, controlPort }; the control
// port tells when each server checked its connections, and how late this event loop was.

const fs = require('node:fs')
const http = require('node:http')
const https = require('node:https')
const { once } = require('node:events')
const { exitWithParent } = require('../support/child')

const host = '127.0.0.1'
const controlEveryMs = 5
const controlSlackMs = 2 // timers round up

function nowMs () {
  return Number(process.hrtime.bigint()) / 1e6
}

const handlers = {
  plain (req, res) {
    req.resume()
    req.on('end', () => res.end('ok'))
  },
  early (req, res) {
    res.end('ok')
  },
  close (req, res) {
    res.setHeader('Connection', 'close')
    handlers.plain(req, res)
  },
  chunked (req, res) {
    req.resume()
    req.on('end', () => {
      res.write('one')
      setImmediate(() => res.end('two'))
    })
  }
}

/** The moments of the checks: the list of connections is asked for what has expired. */
function recordTicks (server) {
  const ticks = [nowMs()]
  const symbol = Object.getOwnPropertySymbols(server).find((key) => key.description === 'http.server.connections')
  const list = server[symbol]
  const { expired } = list
  list.expired = function () {
    ticks.push(nowMs())
    return Reflect.apply(expired, this, arguments)
  }
  return ticks
}

async function main () {
  exitWithParent()
  const [text, key, cert] = process.argv.slice(2)
  const pem = key === undefined ? {} : { key: fs.readFileSync(key), cert: fs.readFileSync(cert) }
  const servers = []
  for (const { settings: { connectionsCheckingInterval, ...settings }, handler, secure } of JSON.parse(text)) {
    const server = (secure ? https : http).createServer({ connectionsCheckingInterval, ...(secure ? pem : {}) }, handlers[handler])
    Object.assign(server, settings)
    await once(server.listen(0, host), 'listening')
    servers.push({ port: server.address().port, ticks: recordTicks(server) })
  }

  const late = [] // [at, ms]
  let lastAt = nowMs()
  setInterval(() => {
    const at = nowMs()
    // the whole gap: a delay may have begun anywhere in it
    if (at - lastAt > controlEveryMs + controlSlackMs) late.push([at, at - lastAt])
    lastAt = at
  }, controlEveryMs)
  const control = http.createServer((req, res) => {
    const { ticks } = servers[Number(req.url.slice(1))]
    res.setHeader('Connection', 'close')
    res.end(JSON.stringify({ ticks, late }))
  })
  await once(control.listen(0, host), 'listening')
  process.send({ ports: servers.map(({ port }) => port), controlPort: control.address().port })
}

main()
