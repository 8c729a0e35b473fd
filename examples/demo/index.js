'use strict'

// npm run demo
//
// Two servers, equal but for one line; in front of each a pooling proxy (our own, and nginx
// where it is installed); between proxy and server a relay that makes the way 25 ms long.
// POSTs are sent on idle connections at the moments that decide: just before Node's own idle
// close, at the load balancer's idle timeout, just before the safe server's own close.
//
//   --quick         a few rounds only
//   --nginx=off     without nginx even where it is installed
//   --safe=none     leaves the one line out: the run must then fail
//
// Exit code 0: the plain server lost requests and the safe one none; 1: not so; 2: could not run.

const path = require('node:path')
const { setTimeout: wait } = require('node:timers/promises')
const { parseArgs } = require('node:util')
const { startChild } = require('../../test/support/child')
const { driveLanes } = require('../../test/support/lanes')
const { startRelay } = require('../../test/support/relay')
const { Cast } = require('./cast')
const { findNginx } = require('./nginx')
const { startProgress } = require('./progress')
const { aims, countRounds, delayMs, lanesPerAim, lbIdleMs, plainCloseMs, safeCloseMs, scale } = require('./settings')
const { conclude, formatTable } = require('./table')

const driveMs = 20000
const driveMsQuick = 5000

// All rows have the same gaps; a little apart they do not all want the processor at once.
const rowsApartMs = 40

function readFlags () {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      nginx: { type: 'string' },
      safe: { type: 'string' }
    }
  })
  const { quick = false, nginx = 'auto', safe = 'one-line' } = values
  if (!['auto', 'off'].includes(nginx)) throw new Error(`--nginx is auto or off, got ${nginx}`)
  if (!['one-line', 'none'].includes(safe)) throw new Error(`--safe is one-line or none, got ${safe}`)
  return { quick, nginx, safe }
}

function script (name) {
  return path.join(__dirname, name)
}

/** One relay for each lane of all aims: a way, and so an upstream, of its own. */
async function startRelays (cast, port) {
  const relays = []
  for (let lane = 0; lane < aims.length * lanesPerAim; lane++) {
    relays.push(await cast.add(() => startRelay({ port, delayMs })))
  }
  return relays.map((relay) => relay.port)
}

/** What stands in front of a server, each a script and its first arguments. */
function createFronts (nginxFile) {
  const fronts = [{ name: 'our own proxy', file: script('proxy.js'), args: [lbIdleMs] }]
  if (nginxFile !== undefined) fronts.push({ name: 'nginx', file: script('nginx.js'), args: [nginxFile, lbIdleMs] })
  return fronts
}

/** Starts a row of the table: server, relays, proxy. */
async function startRow (cast, { front, server, mode, driveMs }) {
  const { ready: { port: serverPort } } = await cast.add(() => startChild(`the ${server} server`, script('server.js'), [mode]))
  const upstreamPorts = await startRelays(cast, serverPort)
  const { ready: { port } } = await cast.add(() => startChild(front.name, front.file, [...front.args, ...upstreamPorts]))
  const groups = aims.map((aim, index) => ({
    rounds: countRounds(aim, driveMs),
    lanes: Array.from({ length: lanesPerAim }, (_, lane) => ({
      port,
      path: `/${index * lanesPerAim + lane}`,
      gapMs: aim.gapMs + aim.spreadMs * (2 * lane / (lanesPerAim - 1) - 1)
    }))
  }))
  const total = groups.reduce((sum, { rounds, lanes }) => sum + rounds * lanes.length, 0)
  return { front: front.name, server, groups, total, done: 0, lost: 0, counts: undefined }
}

async function driveRow (row, onAttempt) {
  function count (outcome) {
    row.done++
    if (outcome === 'lost') row.lost++
    onAttempt(row)
  }
  const all = await Promise.all(row.groups.map((group) => driveLanes({ ...group, onAttempt: count })))
  row.counts = { attempts: 0, lost: 0, reused: 0, fresh: 0 }
  for (const counts of all) {
    for (const name of Object.keys(counts)) row.counts[name] += counts[name]
  }
}

function introduce (nginxFile) {
  console.log(`Node ${process.versions.node}; all timeouts are the real ones / ${scale}. Load balancer: idle timeout ${lbIdleMs} ms.`)
  console.log(`Idle connections are closed after ${plainCloseMs} ms by the server as Node makes it, after ${safeCloseMs} ms by the one with applyLbSafeTimeouts.`)
  console.log(`POSTs are sent on connections that were idle for ${aims.map(({ gapMs }) => Math.round(gapMs)).join(', ')} ms.`)
  if (nginxFile === undefined) console.log('Without nginx (not installed, or off): our own proxy only.')
}

async function run (cast, flags) {
  const nginxFile = flags.nginx === 'auto' ? findNginx() : undefined
  introduce(nginxFile)
  const rows = []
  for (const front of createFronts(nginxFile)) {
    for (const server of ['plain', 'safe']) {
      const mode = server === 'safe' && flags.safe === 'none' ? 'plain' : server
      rows.push(await startRow(cast, { front, server, mode, driveMs: flags.quick ? driveMsQuick : driveMs }))
    }
  }
  const progress = startProgress(rows)
  try {
    const driven = Promise.all(rows.map(async (row, index) => {
      await wait(index * rowsApartMs)
      await driveRow(row, progress.update)
    }))
    await Promise.race([driven, cast.died])
  } finally {
    progress.stop()
  }
  return rows
}

/** Resolves to the exit code by which a shell knows the signal. */
function interrupted () {
  return new Promise((resolve) => {
    process.on('SIGINT', () => resolve(130))
    process.on('SIGTERM', () => resolve(143))
  })
}

async function show (cast) {
  try {
    const rows = await run(cast, readFlags())
    const { ok, sentence } = conclude(rows)
    console.log(`\n${formatTable(rows)}\n${sentence}`)
    return ok ? 0 : 1
  } catch (error) {
    if (!cast.stopped) console.error(`The demo could not run: ${error.message}`)
    return 2
  }
}

async function main () {
  const cast = new Cast()
  const exitCode = await Promise.race([interrupted(), show(cast)])
  await cast.stop()
  process.exit(exitCode)
}

main()
