'use strict'

// A real proxy in the demo's second front, where one is installed.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const { describeExit, stopProcess } = require('../../test/support/child')

const host = '127.0.0.1'

// nginx is up within some 10 ms; this long means that it hangs
const readyMsMax = 5000
const readyPollMs = 20

/** The path of an nginx binary, or undefined. */
function findNginx () {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin']
  const files = folders.filter((folder) => folder !== '').map((folder) => path.join(folder, 'nginx'))
  return files.find((file) => {
    try {
      fs.accessSync(file, fs.constants.X_OK)
      return fs.statSync(file).isFile()
    } catch {
      return false
    }
  })
}

/** nginx cannot say which port it was given, so one is chosen for it. */
async function findFreePort () {
  const server = net.createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** One upstream with a pool of one connection for each lane, and no second try. */
function createConfig ({ port, idleMs, upstreamPorts }) {
  const upstreams = upstreamPorts.map((upstreamPort, lane) => `
  upstream lane${lane} {
    server ${host}:${upstreamPort} max_fails=0;
    keepalive 1;
    keepalive_timeout ${idleMs}ms;
    keepalive_requests 1000000;
  }`)
  const locations = upstreamPorts.map((_, lane) => `
    location = /${lane} { proxy_pass http://lane${lane}; }`)
  // a single process, so that ending it by its id leaves none behind
  return `daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_next_upstream off;
${upstreams.join('')}
  server {
    listen ${host}:${port};${locations.join('')}
  }
}
`
}

function canConnect (port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port })
    socket.once('connect', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => resolve(false))
  })
}

async function waitUntilReady (port, isGone) {
  const endAt = Date.now() + readyMsMax
  while (!isGone()) {
    if (await canConnect(port)) return
    if (Date.now() > endAt) throw new Error(`nginx did not listen on port ${port} within ${readyMsMax} ms`)
    // it has no way to tell that it listens
    await new Promise((resolve) => setTimeout(resolve, readyPollMs))
  }
}

/** Starts `file`; resolves when it accepts connections, to { process, ready, died, stop() }. */
async function startNginx ({ file, idleMs, upstreamPorts }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lb-safe-timeouts-demo-'))
  const port = await findFreePort()
  fs.writeFileSync(path.join(folder, 'nginx.conf'), createConfig({ port, idleMs, upstreamPorts }))
  const child = spawn(file, ['-p', folder, '-c', 'nginx.conf'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  let stopping = false
  let gone = false
  child.stderr.setEncoding('utf8').on('data', (text) => { stderr += text })

  const died = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => {
      gone = true
      fs.rmSync(folder, { recursive: true, force: true })
      if (stopping) resolve()
      else reject(describeExit('nginx', child, stderr))
    })
  })
  died.catch(() => {})

  async function stop () {
    stopping = true
    await stopProcess(child)
    await died
  }
  try {
    await Promise.race([waitUntilReady(port, () => gone), died])
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
  return { process: child, ready: { port }, died, stop }
}

module.exports = { findNginx, startNginx }
