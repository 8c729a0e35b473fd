'use strict'

// A real proxy for the demo's second front, where one is installed. Run as a script it is
// nginx's keeper, with the same arguments and message as proxy.js: nginx cannot tell that it
// is ready, nor see that the demo is gone.
//
//   node nginx.js <nginx binary> <idle ms> <upstream port>...

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const { setTimeout: wait } = require('node:timers/promises')
const { exitWithParent } = require('../../test/support/child')

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

/** Resolves when nginx accepts connections; throws when it has not in time. */
async function waitUntilReady (port) {
  const endAt = Date.now() + readyMsMax
  while (!await canConnect(port)) {
    if (Date.now() > endAt) throw new Error(`nginx did not listen on port ${port} within ${readyMsMax} ms`)
    await wait(readyPollMs) // there is no event for it
  }
}

function fail (error) {
  console.error(error.message)
  process.exit(1)
}

async function keep (file, idleMs, upstreamPorts) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lb-safe-timeouts-demo-'))
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
  const port = await findFreePort()
  fs.writeFileSync(path.join(folder, 'nginx.conf'), createConfig({ port, idleMs, upstreamPorts }))

  // detached: a Ctrl-C of the terminal is the demo's to act on
  const nginx = spawn(file, ['-p', folder, '-c', 'nginx.conf'], { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  process.on('exit', () => nginx.kill())
  nginx.once('error', fail)
  nginx.once('exit', (code, signal) => {
    fail(new Error(`nginx ended (${signal ?? `exit code ${code}`}); --nginx=off runs the demo without it`))
  })

  await waitUntilReady(port)
  process.send({ port })
}

module.exports = { findNginx }

if (require.main === module) {
  exitWithParent()
  const [file, ...numbers] = process.argv.slice(2)
  const [idleMs, ...upstreamPorts] = numbers.map(Number)
  keep(file, idleMs, upstreamPorts).catch(fail)
}
