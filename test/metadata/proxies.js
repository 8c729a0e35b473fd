'use strict'

// What a reader says of a proxy's own dump, against what the running proxy does: how long it
// keeps an idle connection to Node.
//   apt-get install --no-install-recommends nginx haproxy apache2 caddy varnish trafficserver squid
//   npm run test:metadata-proxies [-- <proxy> ...]

const assert = require('node:assert')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const { setTimeout: sleep } = require('node:timers/promises')
const { parseLbMetadata } = require('../../lib/metadata')
const { choosePort, runProcess } = require('../support/proxies/process')
const proxies = require('./proxy-runs')

const portsPerRun = 8
// longer than the longest setting and any lateness: what is open then has no limit
const observeMs = 5500
// after the last byte of an answer a proxy that does not pool closes within some ms
const promptMs = 700
// how far from its ttl a reuse is tried: Apache keeps time to the ms
const reuseMarginMs = 500

/** Node behind the proxy: tells of each connection when it was last used, and when it closed. */
async function startBackend () {
  const connections = new Map()
  const server = http.createServer((req, res) => {
    const connection = connections.get(req.socket)
    res.once('finish', () => { connection.lastMs = performance.now() })
    // the way back to the test: which connection answered
    res.setHeader('x-connection', connection.id)
    res.setHeader('cache-control', 'no-store')
    res.end('ok')
  })
  // Node never closes first: what is measured is the proxy
  server.keepAliveTimeout = 0
  server.headersTimeout = 0
  server.requestTimeout = 0
  let count = 0
  server.on('connection', (socket) => {
    const connection = { id: ++count, lastMs: performance.now(), idleMs: null }
    connection.closed = new Promise((resolve) => socket.once('close', () => {
      connection.idleMs = performance.now() - connection.lastMs
      resolve(connection.idleMs)
    }))
    socket.on('error', () => {})
    connections.set(socket, connection)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: server.address().port, find: (id) => [...connections.values()].find((one) => one.id === id), close: () => { server.close(); server.closeAllConnections() } }
}

async function choosePorts () {
  const ports = new Set()
  while (ports.size < portsPerRun) ports.add(await choosePort())
  return [...ports]
}

/** One request; the client's connection stays open, as a browser's would. */
async function request (port, agent) {
  const req = http.get({ host: '127.0.0.1', port, path: '/x', agent })
  const [res] = await once(req, 'response')
  res.resume()
  await once(res, 'end')
  assert.strictEqual(res.statusCode, 200)
  return Number(res.headers['x-connection'])
}

/** How long the proxy keeps its idle connection: ms, or null for longer than was waited. */
async function measureClose (port, backend) {
  const agent = new http.Agent({ keepAlive: true })
  try {
    const connection = backend.find(await request(port, agent))
    const timer = new AbortController()
    const waited = sleep(observeMs, null, { signal: timer.signal }).catch(() => null)
    const idleMs = await Promise.race([connection.closed, waited])
    timer.abort()
    return idleMs
  } finally {
    agent.destroy()
  }
}

/** Whether the connection is used again after `gapMs` of silence. */
async function isReused (port, gapMs) {
  const agent = new http.Agent({ keepAlive: true })
  try {
    const first = await request(port, agent)
    await sleep(gapMs)
    return await request(port, agent) === first
  } finally {
    agent.destroy()
  }
}

function findHop (hops, { hop, listens }, dump) {
  if (hop !== undefined) return hops.find(({ name }) => name === hop)
  if (listens === undefined) return hops[0]
  const servers = JSON.parse(dump).apps.http.servers
  const name = Object.keys(servers).find((key) => servers[key].listen.some((address) => address.endsWith(listens)))
  return hops.find(({ where }) => where.startsWith(`$.apps.http.servers.${name}.`))
}

function fits (idleTimeoutMs, measuredMs, { earlyMs, lateMs }) {
  return measuredMs !== null && measuredMs >= idleTimeoutMs - earlyMs && measuredMs <= idleTimeoutMs + lateMs
}

function describe ({ role, idleTimeoutMs, unbounded }) {
  return role !== 'pool-owner' ? role : unbounded ? 'unbounded' : `${idleTimeoutMs} ms`
}

async function judgeClose (hop, { port }, backend, proxy) {
  const measuredMs = await measureClose(port, backend)
  const ok = hop.role === 'not-pooling' ? measuredMs !== null && measuredMs < promptMs : hop.unbounded ? measuredMs === null : fits(hop.idleTimeoutMs, measuredMs, proxy)
  return { ok, measuredMs, told: measuredMs === null ? `open after ${observeMs} ms` : `closed after ${measuredMs.toFixed(0)} ms` }
}

async function judgeReuse (hop, { port }) {
  if (hop.role === 'not-pooling') {
    const reused = await isReused(port, 0)
    return { ok: !reused, told: `${reused ? 'reused' : 'not reused'} at once` }
  }
  if (hop.unbounded) {
    const reused = await isReused(port, observeMs)
    return { ok: reused, told: `${reused ? 'reused' : 'not reused'} after ${observeMs} ms` }
  }
  const before = await isReused(port, hop.idleTimeoutMs - reuseMarginMs)
  const after = await isReused(port, hop.idleTimeoutMs + reuseMarginMs)
  return { ok: before && !after, told: `${before ? 'reused' : 'not reused'} ${reuseMarginMs} ms before, ${after ? 'reused' : 'not reused'} ${reuseMarginMs} ms after` }
}

async function runOne (proxy, build) {
  const backend = await startBackend()
  const ports = await choosePorts()
  let run
  const running = await runProcess('metadata', (folder) => {
    run = build({ folder, backend: backend.port, ports })
    return { ...run, ports: run.cases.map(({ port }) => port) }
  })
  try {
    const dump = run.dump()
    const { format, hops } = parseLbMetadata(dump)
    assert.strictEqual(format, proxy.format)
    return await Promise.all(run.cases.map(async (one) => {
      const hop = findHop(hops, one, dump)
      assert.ok(hop, `${proxy.proxy}: no hop for ${one.name} in ${JSON.stringify(hops)}`)
      const result = await (one.byReuse ? judgeReuse(hop, one) : judgeClose(hop, one, backend, proxy))
      console.log(`${result.ok ? 'ok    ' : 'NOT OK'} ${proxy.proxy.padEnd(15)}${one.name.padEnd(14)} says ${describe(hop).padEnd(12)} ${result.told}`)
      return { ...result, hop }
    }))
  } finally {
    await running.stop()
    backend.close()
  }
}

/** The comparison must be able to fail: no measurement may fit another setting's answer. */
function checkControl (proxy, results) {
  const numbers = results.filter(({ hop, measuredMs }) => hop.role === 'pool-owner' && !hop.unbounded && typeof measuredMs === 'number')
  if (numbers.length === 0) return true
  const shortest = numbers.reduce((a, b) => a.measuredMs < b.measuredMs ? a : b)
  const longest = Math.max(...numbers.map(({ hop }) => hop.idleTimeoutMs))
  const lost = !fits(longest, shortest.measuredMs, proxy)
  console.log(`${lost ? 'ok    ' : 'NOT OK'} ${proxy.proxy.padEnd(15)}control: ${shortest.measuredMs.toFixed(0)} ms does ${lost ? 'not ' : ''}fit ${longest} ms`)
  return lost
}

async function main () {
  const only = process.argv.slice(2).map((name) => name.toLowerCase())
  let failed = 0
  let settings = 0
  for (const proxy of proxies) {
    if (only.length > 0 && !only.includes(proxy.proxy.toLowerCase())) continue
    if (!fs.existsSync(proxy.binary)) {
      console.log(`NOT OK ${proxy.proxy}: ${proxy.binary} is not installed`)
      failed++
      continue
    }
    const results = []
    for (const build of proxy.runs) results.push(...await runOne(proxy, build))
    settings += results.length
    failed += results.filter(({ ok }) => !ok).length + (checkControl(proxy, results) ? 0 : 1)
  }
  console.log(`${settings} settings, ${failed} failed`)
  process.exitCode = failed > 0 || settings === 0 ? 1 : 0
}

main()
