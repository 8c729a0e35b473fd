'use strict'

// npm run test:drain, last part: the examples, as they stand, under load.
//
//   node test/drain/examples.js [--restarts 5] [--node 24.21.0]

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')
const { parseArgs } = require('node:util')
const { ensureNode } = require('../../scripts/nodes')
const { Load } = require('./support/load')
const { ensurePeers } = require('./support/start-backend')

const { values } = parseArgs({
  options: {
    restarts: { type: 'string', default: '5' },
    node: { type: 'string', default: '24.21.0' }
  }
})

const connections = 100
const examples = path.join(__dirname, '..', '..', 'examples', 'drain')

/** Starts a script; resolves to { child, port, line(), exited } when it says where it listens. */
async function start (file, args = []) {
  // the example's dependency is one of those that the comparison installs
  const env = { ...process.env, NODE_PATH: path.join(__dirname, 'node_modules') }
  const child = spawn(ensureNode(values.node), [file, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  child.stdout.setEncoding('utf8')
  const line = async () => (await once(child.stdout, 'data'))[0]
  const [, port] = /listening on (\d+)/.exec(await line())
  return { child, port: Number(port), line, exited }
}

/** Rolling restarts of a cluster under load; resolves to the counts. */
async function restartCluster (args) {
  const { child, port, line, exited } = await start(path.join(examples, 'cluster.js'), args)
  const load = new Load({ port, connections, retriesRefused: true })
  await load.answered(connections * 3)
  for (let i = 0; i < Number(values.restarts); i++) {
    const restarted = line()
    child.kill('SIGHUP')
    await restarted
    await load.answered(load.counts.answered + connections)
  }
  await load.stop()
  child.kill('SIGTERM')
  await exited
  return { ...load.counts, reasons: load.reasons }
}

async function leaveWithGrace () {
  const { child, port, line, exited } = await start(path.join(examples, 'close-with-grace.js'))
  const load = new Load({ port, connections })
  await load.answered(connections * 3)
  const said = line()
  child.kill('SIGTERM')
  const report = JSON.parse(await said)
  const [code] = await exited
  await load.stop()
  return { ...load.counts, code, report }
}

async function main () {
  ensurePeers()
  let failed = 0
  const check = (isRight, text) => {
    if (!isRight) failed++
    console.log(`${isRight ? 'ok' : 'not ok'} ${text}`)
  }
  const control = await restartCluster([path.join(__dirname, 'support', 'close-worker.js')])
  check(control.lost > 0, `cluster, server.close(): ${control.lost} of ${control.sent} requests lost in ${values.restarts} restarts of 2 workers; without a loss this proves nothing`)
  const drained = await restartCluster([])
  check(drained.lost === 0 && drained.refused === 0, `cluster, examples/drain: ${drained.lost} of ${drained.sent} requests lost, ${drained.refused} refused in ${values.restarts} restarts of 2 workers ${JSON.stringify(drained.reasons)}`)
  const grace = await leaveWithGrace()
  check(grace.lost === 0 && grace.code === 0, `close-with-grace: ${grace.lost} of ${grace.sent} requests lost, exit code ${grace.code}`)
  console.log(`${3 - failed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

main()
