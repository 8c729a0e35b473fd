'use strict'

// npm run test:drain, second part: the moments that chance brings rarely, forced. SIGSTOP
// holds the server while requests arrive, and is lifted when its timers are long due: they
// run before anything is read.
//
//   node test/drain/forced.js [--nodes 18.20.8,24.21.0]

const fs = require('node:fs')
const { parseArgs } = require('node:util')
const { setTimeout: wait } = require('node:timers/promises')
const { ensureNode, lines } = require('../../scripts/nodes')
const { talk } = require('../support/talk')
const { startBackend } = require('./support/start-backend')

const { values } = parseArgs({ options: { nodes: { type: 'string', default: lines.join(',') } } })

const control = 'server.close() and closeIdleConnections()'
const exitMsMax = 1000
const pollMs = 5
const request = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n'

async function stop (pid) {
  process.kill(pid, 'SIGSTOP')
  while (!/\) T/.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))) await wait(pollMs)
}

/** Sends on all, and waits until the kernel has it. */
function sendAll (clients) {
  return Promise.all(clients.map(({ socket }) => new Promise((resolve) => socket.write(request, resolve))))
}

function countAnswers (client) {
  return client.text().match(/HTTP\/1\.1 200/g)?.length ?? 0
}

/**
 * Starts the shutdown, holds the process from `stopMs` to `goOnMs` after that, and lets `act`
 * send meanwhile. Resolves to what shutdown() does.
 */
async function hold (backend, { stopMs, goOnMs, act }) {
  const ended = backend.shutdown()
  await backend.started()
  const startMs = performance.now()
  await wait(stopMs)
  await stop(backend.child.pid)
  await act()
  await wait(Math.max(0, startMs + goOnMs - performance.now()))
  process.kill(backend.child.pid, 'SIGCONT')
  return { ...await ended, heldMs: performance.now() - startMs }
}

/** Requests of 200 connections that wait in the accept backlog when the listener closes. */
async function backlog (node, how) {
  const count = 200
  const backend = await startBackend(node, { how, options: { windowMs: 300, deadlineMs: 3000 }, shutdownAfterMs: how === control ? 300 : undefined })
  let clients
  const { report } = await hold(backend, {
    stopMs: 50,
    goOnMs: 600,
    act: async () => {
      clients = await Promise.all(Array.from({ length: count }, () => talk(backend.port)))
      await sendAll(clients)
    }
  })
  await Promise.all(clients.map((client) => client.ended))
  return { wanted: count, found: clients.filter((client) => countAnswers(client) === 1).length, report }
}

/** 600 idle connections, 500 of which have a request in the kernel at the moment of the look. */
async function idle (node, how, { goOnMs }) {
  const count = 500
  const others = 100
  const deadlineMs = 2000
  const backend = await startBackend(node, { how, options: { windowMs: 100, deadlineMs }, shutdownAfterMs: how === control ? 1000 : undefined })
  const clients = await Promise.all(Array.from({ length: count + others }, () => talk(backend.port)))
  await sendAll(clients)
  await Promise.all(clients.map((client) => client.until(/ok$/)))
  const asking = clients.slice(0, count)
  const quiet = clients.slice(count)
  const { report, heldMs } = await hold(backend, { stopMs: 500, goOnMs, act: () => sendAll(asking) })
  const ends = await Promise.all(clients.map((client) => client.ended))
  const isRight = how === control || (report.savedByLook === count &&
    quiet.every((client, i) => countAnswers(client) === 1 && ends[count + i] === 'FIN') &&
    heldMs < Math.max(deadlineMs, goOnMs) + exitMsMax)
  return { wanted: count, found: asking.filter((client) => countAnswers(client) === 2).length, isRight, report }
}

const scenes = {
  'requests in the accept backlog': backlog,
  'requests in the kernel at the final look': (node, how) => idle(node, how, { goOnMs: 1300 }),
  'requests in the kernel when even the deadline has passed': (node, how) => idle(node, how, { goOnMs: 2300 })
}

async function main () {
  let passed = 0
  let failed = 0
  for (const version of values.nodes.split(',')) {
    for (const [name, play] of Object.entries(scenes)) {
      const lost = await play(ensureNode(version), control)
      const kept = await play(ensureNode(version), 'drain')
      const isRight = kept.found === kept.wanted && kept.isRight !== false
      const isProven = lost.found < lost.wanted
      for (const good of [isRight, isProven]) {
        if (good) passed++
        else failed++
      }
      console.log(`${isRight && isProven ? 'ok' : 'not ok'} Node ${version}, ${name}: drain() answered ${kept.found} of ${kept.wanted}, ${control} ${lost.found}${isProven ? '' : ': this proves nothing'}${isRight ? '' : ' ' + JSON.stringify(kept.report)}`)
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

main()
