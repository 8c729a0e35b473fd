'use strict'

// The status socket: whoever may open it is told status() of every server of this thread, as
// one line of JSON, and nothing is read from him. It keeps nothing alive, and what goes wrong
// with it is never the application's trouble.

const fs = require('node:fs')
const net = require('node:net')
const path = require('node:path')
const { threadId } = require('node:worker_threads')
const { isDraining } = require('../drain/state')
const { createError } = require('../errors')
const { status } = require('../status')
const { formatVersion, listSockets, pathLengthMax, prepareFolder, socketName } = require('./folder')

// a client that does not take its answer is let go
const answerMsMax = 2000
const clientsMax = 8

/** Whether somebody listens on the socket `file`; calls `tell` with true or false. */
function probe (file, tell) {
  const socket = net.connect({ path: file })
  socket.unref()
  socket.once('connect', () => {
    socket.destroy()
    tell(true)
  })
  socket.once('error', ({ code }) => tell(code !== 'ECONNREFUSED' && code !== 'ENOENT'))
}

function isGone (pid) {
  try {
    process.kill(pid, 0)
    return false
  } catch ({ code }) {
    return code === 'ESRCH'
  }
}

function remove (file) {
  try {
    fs.unlinkSync(file)
  } catch {
    // gone already, or no longer ours to remove
  }
}

/** What processes left behind that ended without a word. */
function removeStale (folder) {
  for (const { file, pid } of listSockets(folder)) {
    // where containers share the folder a number says nothing; a socket that answers does
    if (isGone(pid)) probe(file, (alive) => alive || remove(file))
  }
}

function describeServer (server, problem) {
  const address = server.address()
  try {
    return { address, status: status(server) }
  } catch (error) {
    return { address, error: { code: error.code ?? null, message: problem ?? error.message } }
  }
}

/** The servers, held weakly: a socket that tells of them must not keep them. */
class Servers {
  #refs = []
  #problems = new WeakMap()

  add (server, problem) {
    this.#problems.set(server, problem)
    this.#refs = this.#refs.filter((ref) => ref.deref() !== undefined && ref.deref() !== server)
    this.#refs.push(new WeakRef(server))
  }

  describe () {
    const servers = this.#refs.map((ref) => ref.deref()).filter((server) => server !== undefined && (server.listening || isDraining(server)))
    return servers.map((server) => describeServer(server, this.#problems.get(server)))
  }
}

function describeThread (servers) {
  return JSON.stringify({
    'lb-safe-timeouts': require('../../package.json').version,
    format: formatVersion,
    pid: process.pid,
    ppid: process.ppid,
    threadId,
    node: process.versions.node,
    uptimeMs: Math.round(process.uptime() * 1000),
    servers: servers.describe()
  })
}

function listen (file, answer, onProblem) {
  // nothing is ever read: a client can send what its own kernel buffer takes
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => {})
    socket.unref()
    socket.setTimeout(answerMsMax, () => socket.destroy())
    try {
      socket.end(answer() + '\n', () => socket.destroy())
    } catch {
      socket.destroy()
    }
  })
  server.maxConnections = clientsMax
  server.unref()
  let isRetry = false
  server.on('error', (error) => {
    if (error.code !== 'EADDRINUSE' || isRetry) return onProblem(error.message)
    isRetry = true
    // of a process that had this one's number, unless containers share the folder
    probe(file, (alive) => {
      if (alive) return onProblem(`another process answers on ${file}`)
      remove(file)
      open()
    })
  })
  server.once('listening', () => {
    // the folder is private already; this is for those who move the socket elsewhere
    try {
      fs.chmodSync(file, 0o600)
    } catch (error) {
      server.close()
      return onProblem(error.message)
    }
    process.once('exit', () => remove(file))
  })
  // exclusive: in a cluster worker it would be the primary that listens
  const open = () => server.listen({ path: file, exclusive: true })
  open()
}

/**
 * Opens the socket of this thread where `env` says; returns add(server, problem) for the
 * servers that it tells of. Throws where it cannot; what goes wrong later is told to
 * onProblem(message).
 */
function openStatusSocket (env, onProblem) {
  if (process.getuid === undefined) {
    throw createError('LBST_E_UNSUPPORTED', `on ${process.platform} a socket cannot be kept from other users; call status(server) in the process`)
  }
  const folder = prepareFolder(env, process.getuid())
  const file = path.join(folder, socketName(process.pid, threadId))
  if (Buffer.byteLength(file) > pathLengthMax) throw createError('LBST_E_OUT_OF_RANGE', `the path of a socket has at most ${pathLengthMax} bytes: ${file}`)
  removeStale(folder)
  const servers = new Servers()
  listen(file, () => describeThread(servers), onProblem)
  return (server, problem) => servers.add(server, problem)
}

module.exports = { openStatusSocket }
