'use strict'

// "headersTimeout must exceed keepAliveTimeout": on which releases is that true of an idle
// connection? The release before and after each change is run: headersTimeout 600, an idle time
// of 1500 ms, then a second request whose header comes in one segment, or in two.
//
//   node test/conformance/header-idle.js [--json]
//
// Exit 0: node.def and the model say of every one of them what it does.

const { spawn } = require('node:child_process')
const net = require('node:net')

const { nodeTimers } = require('../../lib/catalogue')
const { createConnectionModel } = require('../../lib/model')
const { ensureNode, lines } = require('../../scripts/nodes')

const versions = [
  '10.15.1', '10.15.2', '10.24.1', '11.10.1', '11.11.0', '11.15.0', '12.0.0', '12.18.4', '12.19.0', '12.22.12',
  '13.0.0', '13.12.0', '13.13.0', '14.0.0', '14.21.3', '16.20.2', '17.9.1', '18.0.0', ...lines
]
const settings = { keepAliveTimeout: 5000, headersTimeout: 600, requestTimeout: 0 }
const idleMs = 1500
const splitMs = 200
const each = 4 // connections of each kind

// plain enough for Node 10
const serverSource = `
var http = require('http')
var server = http.createServer(function (req, res) { res.end('ok') })
server.keepAliveTimeout = ${settings.keepAliveTimeout}
server.headersTimeout = ${settings.headersTimeout}
server.requestTimeout = ${settings.requestTimeout}
server.listen(0, '127.0.0.1', function () { console.log(server.address().port) })
process.stdin.on('end', function () { process.exit(0) }).resume()
`

function startServer (version) {
  const child = spawn(ensureNode(version), ['-e', serverSource], { stdio: ['pipe', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`Node ${version} ended early (${code})`)))
    child.stdout.once('data', (data) => resolve({ child, port: Number(data) }))
  })
}

/** 'served' or 'killed': what becomes of a second request in these parts. */
function ask (port, parts) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    let answers = 0
    const end = (result) => {
      socket.destroy()
      resolve(result)
    }
    socket.on('error', () => end('killed'))
    socket.on('end', () => end('killed'))
    socket.on('data', (data) => {
      answers += (data.toString('latin1').match(/HTTP\/1\.1 200/g) ?? []).length
      if (answers === 2) end('served')
      if (answers === 1) parts.forEach((part, index) => setTimeout(() => { if (!socket.destroyed) socket.write(part) }, idleMs + index * splitMs))
    })
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  })
}

function predict (version, parts) {
  const model = createConnectionModel(settings, { nodeVersion: version })
  const whole = ['bytes', 'headers-complete', 'request-complete']
  model.event('open', 0)
  for (const name of whole) model.event(name, 1)
  model.event('response-finish', 2)
  parts.forEach((part, index) => {
    const last = index === parts.length - 1
    for (const name of last ? whole : ['bytes']) model.event(name, 2 + idleMs + index * splitMs)
  })
  return model.open ? 'served' : 'killed'
}

async function check (version) {
  const { child, port } = await startServer(version)
  try {
    const kinds = { one: ['GET / HTTP/1.1\r\nHost: a\r\n\r\n'], two: ['GET / HTTP/1.1\r\n', 'Host: a\r\n\r\n'] }
    const result = { version, real: nodeTimers(version).headerTimerRunsIdle, agrees: true }
    await Promise.all(Object.entries(kinds).map(async ([kind, parts]) => {
      const found = new Set(await Promise.all(Array.from({ length: each }, () => ask(port, parts))))
      result[kind] = [...found].join('/')
      if (result[kind] !== predict(version, parts)) result.agrees = false
    }))
    if ((result.two === 'killed') !== result.real) result.agrees = false
    return result
  } finally {
    child.removeAllListeners('exit')
    child.stdin.end()
  }
}

async function main () {
  const results = []
  for (const version of versions) results.push(await check(version))
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(results, null, 2))
  } else {
    console.log('Node       one segment  two segments  headersTimeout must exceed keepAliveTimeout  agrees')
    for (const { version, one, two, real, agrees } of results) {
      console.log(`${version.padEnd(11)}${one.padEnd(13)}${two.padEnd(14)}${(real ? 'true of split headers' : 'not true').padEnd(46)}${agrees ? 'yes' : 'NO'}`)
    }
  }
  process.exitCode = results.every(({ agrees }) => agrees) ? 0 : 1
}

main()
