'use strict'

// Does a line of the catalogue do what it is there for? Each one is put into the real proxy's
// configuration, a request is answered, and the next one is sent when the backend connection
// has idled for as long as a Node server that nobody configured keeps it: it must come on
// another connection. The control is the same proxy without the line, and must reuse it.
//
//   apt-get install --no-install-recommends nginx haproxy apache2 caddy varnish squid trafficserver
//   npm run test:remedies [-- <id>...]

const { execFileSync, spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const { findLoadBalancer } = require('../..')
const proxies = require('./proxies')

const idleMs = 5000 // keepAliveTimeout of http.createServer(), without the buffer that newer ones add
const startMs = 15000 // Varnish compiles its configuration
const retryMs = 100

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function freePort () {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** A backend that never closes first, and remembers which connection a request came on. */
async function startOrigin () {
  const origin = { connections: 0, used: [] }
  const numbers = new WeakMap()
  origin.server = http.createServer((req, res) => {
    origin.used.push(numbers.get(req.socket))
    res.end('ok')
  })
  origin.server.keepAliveTimeout = 0
  origin.server.on('connection', (socket) => numbers.set(socket, ++origin.connections))
  origin.server.listen(0, '127.0.0.1')
  await once(origin.server, 'listening')
  return origin
}

function get (port, agent) {
  return new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, agent }, (res) => {
      res.resume()
      res.on('end', () => res.statusCode === 200 ? resolve() : reject(new Error(`status ${res.statusCode}`)))
    }).on('error', reject)
  })
}

async function waitForAnswer (port, agent, child) {
  const until = Date.now() + startMs
  for (;;) {
    try {
      return await get(port, agent)
    } catch (error) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`${child.spawnfile} does not answer: ${error.message}\n${child.said}`)
      await sleep(retryMs)
    }
  }
}

/** Whether a request came on a connection that had been idle for `idleMs`. */
async function isReused (make, line, keepAlive) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-remedy-'))
  fs.chmodSync(folder, 0o777) // a proxy that root starts goes on as another user
  const origin = await startOrigin()
  const port = await freePort()
  const { command: [name, ...args], files, after } = make({ folder, port, origin: origin.server.address().port, line })
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, file), text)
  // a process group of its own, so that its workers end with it
  const child = spawn(name, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  child.said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { child.said += chunk })
  const agent = new http.Agent({ keepAlive })
  try {
    await waitForAnswer(port, agent, child)
    if (after !== undefined) {
      execFileSync(after[0], after.slice(1))
      await get(port, agent)
    }
    await sleep(idleMs)
    await get(port, agent)
    const last = origin.used.pop()
    return origin.used.includes(last)
  } finally {
    agent.destroy()
    if (child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, 'SIGKILL')
      await once(child, 'exit')
    }
    origin.server.closeAllConnections()
    origin.server.close()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function isInstalled (program) {
  return [...process.env.PATH.split(path.delimiter), '/usr/sbin'].some((folder) => fs.existsSync(path.join(folder, program)))
}

async function tryProxy (id, { program, keepsClient = false, control, places, useless = {} }) {
  const { remedies } = findLoadBalancer(id)
  if (!isInstalled(program)) return [{ id, what: 'not installed', ok: null }]
  const rows = []
  if (places.length !== remedies.length) rows.push({ id, what: `${remedies.length} remedies, and places for ${places.length}`, ok: false })
  const reused = await isReused(control, undefined, keepsClient)
  rows.push({ id, what: 'control: no line', said: reused ? 'reused after 5 s' : 'NOT reused: this proves nothing', ok: reused })
  for (const [line, place] of Object.entries(useless)) {
    const again = await isReused(place, line, keepsClient)
    rows.push({ id, what: `control: ${line}`, said: again ? 'reused, as expected' : 'NOT reused: it is a remedy', ok: again })
  }
  for (const [index, { where, line }] of remedies.entries()) {
    const place = places[index]
    const what = `${where}: ${line}`
    if (typeof place !== 'function') {
      rows.push({ id, what, said: `not tried: ${place}`, ok: null })
      continue
    }
    const again = await isReused(place, line, keepsClient)
    rows.push({ id, what, said: again ? 'STILL REUSED after 5 s' : 'not reused', ok: !again })
  }
  return rows
}

async function main (ids) {
  const chosen = Object.entries(proxies).filter(([id]) => ids.length === 0 || ids.includes(id))
  const results = (await Promise.all(chosen.map(([id, proxy]) => {
    return tryProxy(id, proxy).catch((error) => [{ id, what: error.message, ok: false }])
  }))).flat()
  for (const { id, what, said = '', ok } of results) console.log(`${ok === null ? 'skip  ' : ok ? 'ok    ' : 'NOT OK'}  ${id.padEnd(22)} ${said.padEnd(20)} ${what}`)
  const wrong = results.filter(({ ok }) => ok === false).length
  const right = results.filter(({ ok, what }) => ok && !what.startsWith('control')).length
  console.log(`${right} lines work, ${wrong} do not`)
  return wrong === 0 && right > 0 ? 0 : 1
}

main(process.argv.slice(2)).then((code) => { process.exitCode = code })
