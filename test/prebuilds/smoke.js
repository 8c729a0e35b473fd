'use strict'

// A user's program: uses the installed package on a real server, and says what came out as
// one line of JSON. It is copied beside node_modules/lb-safe-timeouts (./install.js), and run
// by every runtime and under every emulator, so it needs nothing else.

const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const net = require('node:net')
const path = require('node:path')
const zlib = require('node:zlib')
const api = require('lb-safe-timeouts')
const { classifyLog, classifyLogFiles } = require('lb-safe-timeouts/logs')
const { createConnectionModel } = require('lb-safe-timeouts/model')

const host = '127.0.0.1'
const request = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`

// a load balancer that drops a connection after one second, so that a look is soon due
const short = { idleTimeoutMs: 1000, marginMs: 100 }
// How long past its idle deadline the loop stands still: no timer of Node is that late.
const overrunMs = 300

const albLine = 'https 2026-01-14T09:00:00.000000Z app/web/50dc6c495c0c9188 203.0.113.7:4711 10.0.0.5:3000 ' +
  '0.001 0.002 -1 502 - 150 272 "POST https://shop.example.com:443/pay HTTP/1.1" "curl/8" ' +
  'ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1 ' +
  '"Root=1-1" "shop.example.com" "arn" 0 2026-01-14T08:59:59.990000Z "forward" "-" "-" "10.0.0.5:3000" "-" "-" "-" TID_1\n'

async function listen (options, settings) {
  const server = Object.assign(http.createServer((req, res) => res.end('ok')), settings)
  const report = api.applyLbSafeTimeouts(server, options)
  server.listen(0, host)
  await once(server, 'listening')
  return { server, report }
}

/** A raw connection, because a client of HTTP would retry. */
async function connect ({ server }) {
  const socket = net.connect(server.address().port, host)
  socket.on('error', () => {}) // its close says enough
  await once(socket, 'connect')
  return socket
}

/** What becomes of a request that is, or will be, written to `socket`. */
function outcome (socket) {
  return new Promise((resolve) => {
    socket.once('data', (chunk) => resolve(/^HTTP\/1\.1 200 /.test(String(chunk)) ? 'answered' : `answered ${chunk}`))
    socket.once('close', () => resolve('lost'))
  })
}

async function ask (socket) {
  socket.write(request)
  return outcome(socket)
}

/** The values of the README on a server that answers. */
async function plan () {
  const { server, report } = await listen({ lb: 'aws-alb' })
  const socket = await connect({ server })
  const first = await ask(socket)
  const { gate } = await api.drain(server, { windowMs: 0, deadlineMs: 3000 })
  socket.destroy()
  const { keepAliveTimeout, headersTimeout } = server
  return { keepAliveTimeout, headersTimeout, reported: report.after.keepAliveTimeout, first, gate }
}

/**
 * A request that reaches an idle connection while the event loop stands still, until the
 * connection's idle deadline has passed: with the last look, and without it as the control.
 * The loop stops in a callback of I/O: expired timers come next, and only then a poll.
 */
async function race () {
  const settings = { keepAliveTimeout: 100, keepAliveTimeoutBuffer: 0 }
  const pairs = await Promise.all([true, false].map((lastLook) => listen({ ...short, lastLook }, { ...settings })))
  const idle = await Promise.all(pairs.map(connect))
  const other = await connect(pairs[0])
  const ready = await Promise.all([...idle, other].map(ask))
  if (ready.some((first) => first !== 'answered')) throw new Error(`the first requests: ${ready}`)

  const stallMs = Math.max(...pairs.map(({ report }) => report.idleCloseMs.latest)) + overrunMs
  const outcomes = idle.map(outcome)
  other.once('data', () => {
    for (const socket of idle) socket.write(request)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs)
  })
  other.write(request)
  const [ours, control] = await Promise.all(outcomes)
  const { saved } = api.status(pairs[0].server)
  for (const socket of [...idle, other]) socket.destroy()
  for (const { server } of pairs) server.close()
  return { ours, control, saved }
}

/** What the kernel knows of a connection with five bytes in its receive buffer. */
async function kernel () {
  if (!api.native || process.platform !== 'linux') return null
  const server = net.createServer({ pauseOnConnect: true }).listen(0, host)
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const peer = await connect({ server })
  await new Promise((resolve) => peer.write('hello', resolve))
  const [socket] = await accepted
  // not by the socket: Bun's shows no descriptor
  const { native } = require(path.join(path.dirname(require.resolve('lb-safe-timeouts/package.json')), 'lib', 'binding.js'))
  const waiting = fs.readdirSync('/proc/self/fd').map((fd) => {
    try {
      return native().sockInspect(Number(fd)).waitingBytes ?? 0
    } catch {
      return 0 // no connection
    }
  }).filter((bytes) => bytes > 0)
  for (const end of [socket, peer, server]) end.destroy ? end.destroy() : end.close()
  return { waiting }
}

/** A file is read by native code on another thread, or by a worker where there is none. */
async function logs () {
  const plain = path.join(__dirname, 'alb.log')
  fs.writeFileSync(plain, albLine)
  fs.writeFileSync(`${plain}.gz`, zlib.gzipSync(albLine))
  const files = await classifyLogFiles([plain, `${plain}.gz`])
  return { text: classifyLog(albLine, { format: 'alb' }).counts['keep-alive-race'], files: files.counts['keep-alive-race'] }
}

/** What Node 18 does to an idle connection, by the model. */
function model () {
  const connection = createConnectionModel({ keepAliveTimeout: 5000 }, { nodeVersion: '18.20.8' })
  for (const event of ['open', 'bytes', 'headers-complete', 'request-complete', 'response-finish']) connection.event(event, 0)
  return { nextMs: connection.nextDeadlineMs(), reason: connection.advance(6000).reason }
}

/** An error is made by the binary, with its class, code and words. */
function mistake () {
  try {
    api.planLbSafeTimeouts({ lb: 'aws_alb' })
    return 'taken'
  } catch (error) {
    return `${error.name} ${error.code} ${/'aws-alb'/.test(error.message) ? 'aws-alb' : error.message}`
  }
}

async function main () {
  const { versions, platform, arch } = process
  const runtime = versions.bun ? `Bun ${versions.bun}` : `Node ${versions.node}`
  const found = { runtime, system: `${platform}-${arch}`, native: api.native, catalogue: api.loadBalancers().length > 20 }
  Object.assign(found, { model: model(), mistake: mistake(), logs: await logs(), kernel: await kernel(), plan: await plan(), race: await race() })
  fs.writeSync(1, `${JSON.stringify(found)}\n`)
}

main().catch((error) => {
  fs.writeSync(1, `${JSON.stringify({ error: error.stack, code: error.code })}\n`)
  process.exit(1) // servers listen
})
