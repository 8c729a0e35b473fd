'use strict'

// The deploy race: two servers behind one address, replaced one after the other under load. A
// new server is there before an old one is told to end, and an old one that does not end is
// killed after a while, as a deploy does it.

const { once } = require('node:events')
const { setTimeout: wait } = require('node:timers/promises')
const { Client } = require('../client')
const { Front } = require('../front')
const { Ledger } = require('../ledger')
const { delayMs, endMsMax } = require('../settings')

const clientsPerMethod = 32
const gapMs = [40, 160]
const restartsMin = 4
// of each method, between two restarts: the new server is in use then
const settleAnswers = 2 * clientsPerMethod
const settlePollMs = 10

/** Clients that send a request a short while after each answer, until they are stopped. */
function startLoad ({ ledger, methods, port }) {
  const stopped = new AbortController()
  async function drive (method) {
    const client = new Client({ port })
    while (!stopped.signal.aborted) {
      await ledger.send(client, method, '/')
      await wait(gapMs[0] + Math.random() * (gapMs[1] - gapMs[0]))
    }
    client.close()
  }
  const driven = Promise.all(methods.flatMap((method) => Array.from({ length: clientsPerMethod }, () => drive(method))))
  return {
    driven,
    stop () {
      stopped.abort()
      return driven
    }
  }
}

/** Tells a server to end, and waits until it has. Resolves to the drain's report, if there is one. */
async function end ({ child }) {
  const exited = once(child, 'exit')
  let told = null
  child.on('message', ({ report }) => { told = report })
  child.send({ what: 'shutdown' })
  const timer = setTimeout(() => child.kill('SIGKILL'), endMsMax)
  await exited
  clearTimeout(timer)
  return told
}

async function run (rig) {
  const { methods, attempts } = rig.cell
  const front = await rig.add(new Front(delayMs).listen(), (front) => front.close())
  const servers = [await rig.startServer(), await rig.startServer()]
  front.ports = servers.map(({ port }) => port)
  const proxy = await rig.startProxy({ upstreams: [front.port], routing: 'balance' })
  const ledger = new Ledger(rig.tally)
  const load = startLoad({ ledger, methods, port: proxy.port })

  async function settle () {
    const wanted = ledger.answered + settleAnswers
    while (ledger.answered < wanted) await Promise.race([wait(settlePollMs), load.driven])
  }

  let restarts = 0
  let closedIdle = 0 // by a drain, after a look: what was on the wire then is lost
  await settle()
  while (restarts < restartsMin || methods.some((method) => ledger.countAttempts(method) < attempts)) {
    const fresh = await rig.startServer()
    const old = servers.shift()
    servers.push(fresh)
    front.ports.push(fresh.port)
    const report = await end(old)
    closedIdle += report?.closedIdle ?? 0
    front.ports = servers.map(({ port }) => port)
    restarts++
    await settle()
  }
  await load.stop()
  ledger.extra = { restarts, refused: front.refused, closedIdle }
  return ledger
}

module.exports = { run }
