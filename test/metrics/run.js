'use strict'

// The two metrics examples, run as they are: what they expose agrees with what happened.
//
//   npm run test:metrics

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const { ensureApp } = require('../helpers/apps')
const { Peer } = require('../helpers/peer')

const root = path.join(__dirname, '..', '..')
const waitMs = 10000

/** Starts an example; `printed(pattern)` resolves with the match when it has been printed. */
function start (folder, name) {
  // a copy beside its dependencies, as a user's own file would be
  const file = path.join(folder, name)
  fs.copyFileSync(path.join(root, 'examples', name), file)
  const child = spawn(process.execPath, [file], { cwd: folder, env: { ...process.env, PORT: '0', METRICS_PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk) => { text += chunk })
  return {
    child,
    async printed (pattern) {
      const deadline = AbortSignal.timeout(waitMs)
      while (!pattern.test(text)) await once(child.stdout, 'data', { signal: deadline })
      return pattern.exec(text)
    }
  }
}

async function leave (port, count) {
  for (let i = 0; i < count; i++) {
    const peer = await Peer.connect(port)
    assert.equal(await peer.request(), 200)
    if (i === 0) continue // one stays
    peer.socket.end()
    await peer.closed
  }
}

async function get (port) {
  const request = http.get({ port, host: '127.0.0.1', path: '/metrics', agent: false })
  const [response] = await once(request, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  return text
}

async function testPrometheus (folder) {
  const example = start(folder, 'prometheus.js')
  try {
    const port = Number((await example.printed(/app on (\d+)/))[1])
    const metricsPort = Number((await example.printed(/metrics on (\d+)/))[1])
    await leave(port, 4)
    const text = await get(metricsPort)
    for (const line of ['idle_closes_total{by="peer"} 3', 'idle_closes_total{by="node"} 0', 'connections_open 1', 'connections_idle 1', 'unsafe 0', 'lb_idle_timeout_seconds 60', 'saved_total{why="request"} 0']) {
      assert.ok(text.includes(`lb_safe_timeouts_${line}\n`), `${line} is not in\n${text}`)
    }
    assert.ok((await get(metricsPort)).includes('idle_closes_total{by="peer"} 3'), 'a second scrape counts nothing twice')
  } finally {
    example.child.kill()
  }
}

async function testOpenTelemetry (folder) {
  const example = start(folder, 'opentelemetry.js')
  try {
    await leave(Number((await example.printed(/app on (\d+)/))[1]), 4)
    await example.printed(/idle_closes[\s\S]*?by: 'peer'[\s\S]*?value: 3/)
    await example.printed(/idle_timeout[\s\S]*?source: 'told'[\s\S]*?value: 60000/)
  } finally {
    example.child.kill()
  }
}

async function main () {
  const folder = ensureApp('metrics', ['prom-client@15', '@opentelemetry/api@1', '@opentelemetry/sdk-metrics@2'])
  const own = path.join(folder, 'node_modules', 'lb-safe-timeouts')
  if (!fs.existsSync(own)) fs.symlinkSync(root, own, 'dir')
  await testPrometheus(folder)
  console.log('ok examples/prometheus.js')
  await testOpenTelemetry(folder)
  console.log('ok examples/opentelemetry.js')
}

main()
