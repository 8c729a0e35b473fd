'use strict'

// A program with or without lb-safe-timeouts/register, and whether a kept-alive connection to
// it outlives a load balancer's idle timeout.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const net = require('node:net')
const path = require('node:path')
const { Peer } = require('./peer')

const register = path.join(__dirname, '..', '..', 'lib', 'register.js')

// The programs set keepAliveTimeout 1000, so on their own they close after 1 or 2 s
const idleTimeoutMs = 2500
const idleMs = idleTimeoutMs + 100

/** Starts a program; resolves with its port, the last number that it prints first. */
async function startProgram (file, { execPath = process.execPath, args = [], with: how = 'require', env = {}, ...options } = {}) {
  const flags = { require: ['--require', register], import: ['--import', register], options: [], none: [] }[how]
  const child = spawn(execPath, [...flags, file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...options,
    env: {
      ...process.env,
      LB_SAFE_TIMEOUTS_IDLE_MS: String(idleTimeoutMs),
      ...(how === 'options' ? { NODE_OPTIONS: `--require ${JSON.stringify(register)}` } : {}),
      ...env
    }
  })
  const program = { child, stdout: '', stderr: '', port: undefined, ended: once(child, 'exit') }
  child.stderr.on('data', (chunk) => { program.stderr += chunk })
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      program.stdout += chunk
      program.port = Number((/(?:localhost|127\.0\.0\.1):(\d+)/.exec(program.stdout) ?? /^(\d+)\n/.exec(program.stdout))?.[1])
      if (program.port > 0) resolve()
    })
    child.on('exit', (code) => reject(new Error(`${file} ended with ${code}: ${program.stderr}`)))
  })
  return program
}

/** How many of `count` connections are still there, and answer, after the idle time. */
async function outlives (program, { protocol = 'http', count = 4, path: url = '/', method = 'POST' } = {}) {
  const peers = []
  for (let i = 0; i < count; i++) peers.push(await Peer.connect(program.port, protocol))
  for (const peer of peers) {
    const status = await peer.request(url, method)
    if (status !== 200) throw new Error(`the first request was answered with ${status}`)
  }
  await new Promise((resolve) => setTimeout(resolve, idleMs))
  const statuses = await Promise.all(peers.map((peer) => peer.request(url, method)))
  for (const peer of peers) peer.destroy()
  return statuses.filter((status) => status === 200).length
}

/** A port that is free now: Next's standalone server takes 0 for 3000. */
async function freePort () {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return String(port)
}

async function stopProgram (program) {
  if (program.child.connected) program.child.disconnect()
  else program.child.kill()
  await program.ended
}

module.exports = { freePort, register, startProgram, stopProgram, outlives }
