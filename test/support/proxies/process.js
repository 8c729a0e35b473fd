'use strict'

// A proxy as a process of ours: in the foreground, in a folder of its own, waited for until
// it accepts connections, ended by its own process id.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const { setTimeout: wait } = require('node:timers/promises')

const host = '127.0.0.1'

// Varnish compiles its configuration with the C compiler, and the machine may be busy
const readyMsMax = 30000
const readyPollMs = 20 // there is no event for it
const stopMsMax = 5000

// below the range from which the kernel gives ports to those who ask for none (32768 and up)
const firstPort = 10000
const portCount = 20000

const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin']

/** The path of an installed program, or undefined. */
function findProgram (name) {
  return folders.filter((folder) => folder !== '').map((folder) => path.join(folder, name)).find((file) => {
    try {
      fs.accessSync(file, fs.constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function canListen (port) {
  const server = net.createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

/** A port that no connection of anybody can take before the proxy listens on it. */
async function choosePort () {
  for (;;) {
    const port = firstPort + Math.floor(Math.random() * portCount)
    if (await canListen(port)) return port
  }
}

function isListening (port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, host)
    socket.once('connect', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => resolve(false))
  })
}

const running = new Set()

function kill (child, signal) {
  try {
    process.kill(-child.pid, signal) // its own group: workers end with their master
  } catch {
    // gone already
  }
}

// whoever forgets to stop a proxy, or ends by an error, leaves none behind
process.on('exit', () => {
  for (const { child, folder } of running) {
    kill(child, 'SIGKILL')
    fs.rmSync(folder, { recursive: true, force: true })
  }
})

/**
 * Runs what `configure(folder)` says, { command, files, folders, env, ports }, and resolves when
 * each of the ports accepts connections, to { child, folder, log(), restart(), stop() }. log()
 * is what it wrote to its standard streams and to error.log.
 */
async function runProcess (name, configure) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `lbst-${name}-`))
  fs.chmodSync(folder, 0o777) // what root starts may go on as another user
  const { command: [program, ...args], files, folders: subfolders = [], env = {}, ports } = configure(folder)
  for (const sub of subfolders) fs.mkdirSync(path.join(folder, sub))
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, file), text)
  const proxy = { child: undefined, folder }
  let ended

  function log () {
    return ['out.log', 'error.log'].map((file) => {
      try {
        return fs.readFileSync(path.join(folder, file), 'utf8')
      } catch {
        return ''
      }
    }).join('')
  }

  async function end () {
    const { child } = proxy
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      const timer = setTimeout(() => kill(child, 'SIGKILL'), stopMsMax)
      await ended
      clearTimeout(timer)
    }
    kill(child, 'SIGKILL') // a worker that its master left behind
  }

  async function start () {
    const out = fs.openSync(path.join(folder, 'out.log'), 'a')
    const child = spawn(findProgram(program) ?? program, args, {
      cwd: folder, env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, ...env }, stdio: ['ignore', out, out], detached: true
    })
    fs.closeSync(out)
    proxy.child = child
    ended = once(child, 'exit').catch(() => {})
    running.add(proxy)
    const endAt = performance.now() + readyMsMax
    for (const port of ports) {
      while (!await isListening(port)) {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null || performance.now() > endAt) {
          const said = log().slice(-1500)
          await stop()
          throw new Error(`${name} does not listen on port ${port}: ${said}`)
        }
        await wait(readyPollMs)
      }
    }
  }

  async function stop () {
    if (proxy.child.pid !== undefined) await end()
    running.delete(proxy)
    fs.rmSync(folder, { recursive: true, force: true })
  }

  /** Ends it and starts it again on the same ports. */
  async function restart () {
    await end()
    await start()
  }

  await start()
  return Object.assign(proxy, { log, restart, stop })
}

module.exports = { host, choosePort, findProgram, isListening, runProcess }
