'use strict'

// npm run test:drain, third part: a server with 10,000 open connections of every kind ends
// within its deadline plus one second.
//
//   node test/drain/many.js [--connections 10000] [--nodes 18.20.8,24.21.0]

const { parseArgs } = require('node:util')
const { ensureNode, lines } = require('../../scripts/nodes')
const { talk } = require('../support/talk')
const { startBackend } = require('./support/start-backend')

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '10000' },
    nodes: { type: 'string', default: lines.join(',') }
  }
})

const deadlineMs = 3000
const exitMsMax = 1000
// how many connect at the same time: the accept backlog has room for 511
const batch = 200

const get = (path) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`
const kinds = [
  { name: 'idle', open: async (client) => { client.write(get('/')); await client.until(/ok$/) } },
  { name: 'fresh', open: async () => {} },
  { name: 'busy for ever', open: async (client) => { client.write(get('/never')) } },
  { name: 'half a request', open: async (client) => { client.write('GET / HTTP/1.1\r\nHo') } }
]

async function openAll (port, count) {
  const clients = []
  while (clients.length < count) {
    const from = clients.length
    const size = Math.min(batch, count - from)
    clients.push(...await Promise.all(Array.from({ length: size }, async (_, i) => {
      const client = await talk(port)
      await kinds[(from + i) % kinds.length].open(client)
      return client
    })))
  }
  return clients
}

async function main () {
  const count = Number(values.connections)
  let passed = 0
  let failed = 0
  for (const version of values.nodes.split(',')) {
    const backend = await startBackend(ensureNode(version), { how: 'drain', options: { windowMs: 200, deadlineMs } })
    const clients = await openAll(backend.port, count)
    const { code, tookMs, report } = await backend.shutdown(deadlineMs * 3)
    await Promise.all(clients.map((client) => client.ended))
    const isRight = code === 0 && tookMs <= deadlineMs + exitMsMax && report.atStart === count &&
      report.closedIdle === count / 2 && report.destroyed === count / 2
    if (isRight) passed++
    else failed++
    console.log(`${isRight ? 'ok' : 'not ok'} Node ${version}: ${count} connections, deadline ${deadlineMs} ms, the process ended after ${Math.round(tookMs)} ms ${JSON.stringify({ ...report, notes: undefined })}`)
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

main()
