'use strict'

// What real proxies write about requests whose fate is known, and what we make of it.
//
//   node test/real-logs/run.js            nginx, HAProxy, Apache and Varnish, those that are installed

const assert = require('node:assert')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const { classifyLog } = require('../../lib/logs')
const proxies = require('./proxies')
const { startUpstream } = require('./upstream')

// Varnish compiles its configuration with the C compiler.
const startLimitMs = 20000
const rounds = 3

async function freePort () {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function untilListening (port, child) {
  const end = Date.now() + startLimitMs
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the proxy ended with ${child.exitCode}`)
    const socket = net.connect(port, '127.0.0.1')
    const [event] = await Promise.race([once(socket, 'connect').then(() => ['connect']), once(socket, 'error').then(() => ['error'])]).catch(() => ['error'])
    socket.destroy()
    if (event === 'connect') return
    if (Date.now() > end) throw new Error('the proxy does not listen')
  }
}

/** Sends one request and waits until its answer, or its failure, is over. */
async function send (port, { method, path, leaveMs }) {
  const headers = { 'User-Agent': 'a "quoted" agent, 502 - [x]', ...(method === 'POST' ? { 'Content-Length': 2 } : {}) }
  const request = http.request({ port, host: '127.0.0.1', method, path, headers, agent: false })
  request.on('error', () => {})
  request.on('response', (response) => { response.on('error', () => {}).resume() })
  request.end(method === 'POST' ? 'ab' : undefined)
  if (leaveMs !== undefined) setTimeout(() => request.destroy(), leaveMs)
  // not once(): it would take the failure that is wanted for one of its own
  await new Promise((resolve) => request.on('close', resolve))
}

/** Verdicts of the lines that name `path`; a log line tells its request by its path. */
function check (name, log, text, expected) {
  const { entries, bad, format } = classifyLog(text, { ...log.options, entries: true })
  const lines = text.split('\n')
  assert.strictEqual(bad, 0, `${name}: a line that could not be read`)
  let count = 0
  for (const { method, path, verdicts } of expected) {
    const wanted = verdicts[log.name]
    if (wanted === undefined) continue
    const about = entries.filter(({ line }) => lines[line - 1].includes(log.pathless?.[path] ?? `${method} ${log.url ?? ''}${path} `))
    assert.ok(about.length > 0, `${name} ${log.name}: nothing about ${method} ${path}`)
    for (const entry of about) {
      count++
      assert.strictEqual(entry.verdict, wanted, `${name} ${log.name}: ${lines[entry.line - 1]}: ${entry.why}`)
    }
  }
  console.log(`ok ${name} ${log.name}: ${count} of ${entries.length} lines checked, all right (${format})`)
  return count
}

async function run (name, proxy) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-real-'))
  const upstream = await startUpstream()
  const ports = { front: await freePort(), second: await freePort(), dead: await freePort(), upstream: upstream.port }
  const { command, args, logs, requests, collect } = proxy({ dir, ports })
  const child = spawn(command, args, { stdio: ['ignore', fs.openSync(path.join(dir, 'stdout'), 'w'), fs.openSync(path.join(dir, 'stderr'), 'w')] })
  const failed = once(child, 'error').then(([error]) => { throw error })
  try {
    await Promise.race([untilListening(ports.front, child), failed])
    for (let i = 0; i < rounds; i++) {
      for (const request of requests) {
        // a race needs a connection that served before
        if (request.warm) await send(request.port ?? ports.front, { method: 'GET', path: '/200' })
        await send(request.port ?? ports.front, request)
      }
    }
    collect?.()
    child.kill('SIGTERM')
    await once(child, 'exit')
    if (process.env.LBST_SHOW) for (const log of logs) console.log(fs.readFileSync(path.join(dir, log.file), 'utf8'))
    let count = 0
    for (const log of logs) count += check(name, log, fs.readFileSync(path.join(dir, log.file), 'utf8'), requests)
    return count
  } catch (error) {
    if (error.code === 'ENOENT' && error.syscall?.startsWith('spawn')) {
      console.log(`skip ${name}: not installed`)
      return 0
    }
    error.message += `\n${fs.readFileSync(path.join(dir, 'stderr'), 'utf8').slice(-2000)}`
    throw error
  } finally {
    child.kill('SIGKILL')
    upstream.close()
    fs.rmSync(dir, { recursive: true })
  }
}

async function main () {
  let count = 0
  for (const [name, proxy] of Object.entries(proxies)) count += await run(name, proxy)
  console.log(`${count} lines with a known fate, each with the right verdict`)
  if (count === 0) throw new Error('no proxy is installed: this proves nothing')
}

main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
