'use strict'

// Does a line of the catalogue do what it is there for? Each one is put into the real proxy's
// configuration, a request is answered, and the next one is sent when the backend connection
// has idled for as long as a Node server that nobody configured keeps it: it must come on
// another connection. The control is the same proxy without the line, and must reuse it.
//
//   apt-get install --no-install-recommends nginx haproxy apache2 caddy varnish squid trafficserver
//   npm run test:remedies [-- <id>...]

const { execFileSync } = require('node:child_process')
const { once } = require('node:events')
const http = require('node:http')
const { findLoadBalancer } = require('../..')
const { choosePort, findProgram, runProcess } = require('../support/proxies/process')
const proxies = require('./proxies')

const idleMs = 5000 // keepAliveTimeout of http.createServer(), without the buffer that newer ones add

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

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

/** Whether a request came on a connection that had been idle for `idleMs`. */
async function isReused (make, line, keepAlive) {
  const origin = await startOrigin()
  const port = await choosePort()
  let after
  const proxy = await runProcess('remedy', (folder) => {
    const run = make({ folder, port, origin: origin.server.address().port, line })
    after = run.after
    return { ...run, ports: [port] }
  })
  const agent = new http.Agent({ keepAlive })
  try {
    await get(port, agent)
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
    await proxy.stop()
    origin.server.closeAllConnections()
    origin.server.close()
  }
}

async function tryProxy (id, { program, keepsClient = false, control, places, useless = {} }) {
  const { remedies } = findLoadBalancer(id)
  if (findProgram(program) === undefined) return [{ id, what: 'not installed', ok: null }]
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
