'use strict'

// npm run test:restarts: two backends behind a real proxy, restarted in turn under load.
// What a client of the proxy sees is counted.
//
//   node test/drain/restarts.js [--proxies nginx,haproxy] [--delays 0,1,5] [--stalls 0,400]
//                               [--only drain] [--restarts 20] [--node 24.21.0]
//
// Fails when drain() loses a request, and when the control loses none in the whole run.

const { parseArgs } = require('node:util')
const { ensureNode } = require('../../scripts/nodes')
const { enterNamespace, farHost, nearHost, startDelay } = require('./support/delay')
const { Load } = require('./support/load')
const { findVersion, startProxy } = require('../support/proxies')
const { ensurePeers, startBackend } = require('./support/start-backend')

const { values } = parseArgs({
  options: {
    proxies: { type: 'string', default: 'nginx,haproxy,caddy,apache' },
    delays: { type: 'string', default: '0,1,5' },
    stalls: { type: 'string', default: '0,400' },
    only: { type: 'string', default: 'server.close(),http-terminator,drain' },
    restarts: { type: 'string', default: '20' },
    node: { type: 'string', default: '24.21.0' },
    inside: { type: 'boolean' },
    verbose: { type: 'boolean' }
  }
})

const control = 'server.close()'
const clients = 64
const clientGapMs = [30, 90] // about 1,000 requests a second in all
const options = { windowMs: 300, deadlineMs: 3000 }
// a stall is over the end of the window: the gate, the backlog and the last requests are in it
const stallAfterMs = 100
// all but the unloved connections are gone long before; a way that waits for them is cut off
const shutdownMsMax = 5000
// between two restarts, so that the proxy uses both backends again
const settleAnswers = clients * 2

const ports = [7001, 7002]
const proxyPort = 7000
const proxyIdleMs = 60000

async function runCase ({ proxyName, delayMs, stallMs, how }) {
  const stopDelay = await startDelay(delayMs)
  // loopback itself where there is no delay
  const [listenHost, proxiedHost] = delayMs === 0 ? ['127.0.0.1', '127.0.0.1'] : [nearHost, farHost]
  const node = ensureNode(values.node)
  const start = (port) => startBackend(node, { how, options, port, host: listenHost, stallMs, stallAfterMs })
  const backends = await Promise.all(ports.map(start))
  const proxy = await startProxy(proxyName, { port: proxyPort, upstreams: ports.map((port) => `${proxiedHost}:${port}`), routing: 'balance', idleMs: proxyIdleMs })
  const load = new Load({ port: proxyPort, connections: clients, gapMs: clientGapMs, postShare: 1, retriesRefused: true })
  await load.answered(settleAnswers)
  let slowestMs = 0
  const reports = []
  for (let i = 0; i < Number(values.restarts); i++) {
    const at = i % backends.length
    const before = load.counts.lost
    const { tookMs, report, code } = await backends[at].shutdown(shutdownMsMax)
    slowestMs = Math.max(slowestMs, tookMs)
    if (report !== null) reports.push(report)
    if (values.verbose && (load.counts.lost > before || code !== 0)) console.log(code, load.reasons, JSON.stringify(report))
    backends[at] = await start(ports[at])
    // no proxy remembers any more that this backend refused it
    await backends[at].used
    await load.answered(load.counts.answered + settleAnswers)
  }
  await load.stop()
  const log = proxy.log()
  const refused = proxy.countRefused()
  await proxy.stop()
  for (const { child, exited } of backends) {
    child.kill('SIGKILL')
    await exited
  }
  await stopDelay()
  return { ...load.counts, lost: load.counts.lost - refused, refused, reasons: load.reasons, slowestMs, reports, log }
}

async function main () {
  const installed = values.proxies.split(',').filter((name) => findVersion(name) !== null)
  const missing = values.proxies.split(',').filter((name) => !installed.includes(name))
  let passed = 0
  let failed = missing.length
  if (missing.length > 0) console.log(`not ok not installed: ${missing.join(', ')}`)
  const lostByWay = {}
  for (const proxyName of installed) {
    for (const delayMs of values.delays.split(',').map(Number)) {
      for (const stallMs of values.stalls.split(',').map(Number)) {
        for (const how of values.only.split(',')) {
          const { lost, refused, sent, answered, reasons, slowestMs, log } = await runCase({ proxyName, delayMs, stallMs, how })
          lostByWay[how] = (lostByWay[how] ?? 0) + lost
          const isRight = how !== 'drain' || (lost === 0 && refused === 0 && answered > 0)
          if (isRight) passed++
          else failed++
          console.log(`${isRight ? 'ok' : 'not ok'} ${proxyName}, ${delayMs} ms away, ${stallMs === 0 ? 'no stall' : `a stall of ${stallMs} ms`}, ${how}: ${lost} of ${sent} requests lost in ${values.restarts} restarts, ${refused > 0 ? `${refused} not sent because refused, ` : ''}slowest ${Math.round(slowestMs)} ms${lost > 0 ? ' ' + JSON.stringify(reasons) : ''}`)
          if (values.verbose && !isRight) console.log(log.split('\n').slice(-3000).join('\n'))
        }
      }
    }
  }
  if (lostByWay[control] === 0) {
    failed++
    console.log(`not ok ${control} lost nothing: this run proves nothing`)
  }
  console.log(Object.entries(lostByWay).map(([how, lost]) => `${how} ${lost}`).join(', '))
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

// what is not installed yet is installed out here: the namespace has no network
if (!values.inside) ensurePeers()
if (enterNamespace()) main()
