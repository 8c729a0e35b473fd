'use strict'

// Closing a listening socket without a loss. The kernel resets what still waits in the
// accept backlog when the socket closes, so the backlog must be empty then, and stay so.

const cluster = require('node:cluster')
const fs = require('node:fs')
const net = require('node:net')
const { setImmediate: turn, setTimeout: wait } = require('node:timers/promises')
const { native } = require('../binding')
const { otherRuntime } = require('../runtime')

// How long the gate is closed at least: one round trip for handshakes that it let through.
// A peer whose SYN it drops tries again after a second, and one that it refuses asks another
// target at once, so this costs nobody anything.
const gateMs = 100

// how often the backlog is looked at while it is empty
const pollMs = 5

// without a gate nobody knows how long the backlog is: this many loop turns without a new
// connection (Node 20.3 and later accept one per turn), and never longer than this
const quietTurns = 16
const turnsMsMax = 1000

/** Whether a child process holds the socket too. Asked of the kernel; null: no answer. */
function isHeldByChild (fd) {
  try {
    const name = fs.readlinkSync(`/proc/self/fd/${fd}`)
    return fs.readdirSync('/proc/self/task').some((task) => {
      const children = fs.readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean)
      return children.some((pid) => holds(pid, name))
    })
  } catch {
    return null
  }
}

function holds (pid, name) {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return fs.readlinkSync(`/proc/${pid}/fd/${fd}`) === name
      } catch {
        return false // closed meanwhile
      }
    })
  } catch {
    return false // gone meanwhile, or of another user, who cannot have it from us
  }
}

/**
 * Whether the listening socket is this process' alone. A gate on a shared one would keep
 * new connections from the others for ever; and closing ours resets nothing there.
 */
function isShared (server, isHeld) {
  // made by listen(port), and not by listen(fd) or listen(handle)
  return cluster.isWorker || isHeld || !/^[46]:/.test(server._connectionKey ?? '')
}

function tryGate (server) {
  const fd = server._handle.fd
  if (server._pipeName !== undefined) return 'unsupported' // a Unix domain socket
  // a cluster worker's stand-in, the primary listens; or Windows, where a socket has no descriptor
  if (!(fd >= 0)) return cluster.isWorker ? 'shared' : 'unsupported'
  const isHeld = isHeldByChild(fd)
  if (isShared(server, isHeld)) return 'shared'
  if (isHeld === null) return 'unsupported' // better no gate than one on a shared socket
  try {
    native().gateClose(fd)
    return 'closed'
  } catch {
    return 'unsupported'
  }
}

async function emptyBacklog (server, startMs, isOver) {
  // without a handle: someone else has closed it meanwhile
  while (!isOver() && server._handle) {
    const pending = native().gateBacklog(server._handle.fd)
    if (pending === 0 && performance.now() - startMs >= gateMs) return
    await (pending > 0 ? turn() : wait(pollMs))
  }
}

async function turnUntilQuiet (server, startMs, isOver) {
  let quiet = 0
  const onConnection = () => { quiet = 0 }
  server.on('connection', onConnection)
  while (!isOver() && performance.now() - startMs < turnsMsMax) {
    if (quiet >= quietTurns && performance.now() - startMs >= gateMs) break
    await (quiet++ < quietTurns ? turn() : wait(pollMs))
  }
  server.removeListener('connection', onConnection)
}

/** How many connections wait in the backlog; 0 where nobody can say. */
function countBacklog (server) {
  try {
    return native().gateBacklog(server._handle.fd)
  } catch {
    return 0
  }
}

/**
 * Not on Node: nobody can say how long the backlog is, and Bun closes its listening socket by
 * the server's own close() alone, which ends idle connections at once.
 */
async function closeElsewhere (server, startMs, isOver) {
  if (!server.listening) return 'none'
  await turnUntilQuiet(server, startMs, isOver)
  if (server._handle) net.Server.prototype.close.call(server)
  else if (server.listening) server.close()
  return 'unsupported'
}

/**
 * Closes the listening socket of `server` when nothing waits there; its connections go on.
 * `isOver()`: the deadline is due. Resolves to how the backlog was kept from refilling:
 * 'closed' (by the gate), 'shared' or 'unsupported' (it was not), 'none' (not listening).
 */
async function closeListener (server, isOver) {
  const startMs = performance.now()
  if (otherRuntime !== undefined) return closeElsewhere(server, startMs, isOver)
  if (!server._handle) return 'none'
  const gate = tryGate(server)
  if (gate === 'closed') {
    await emptyBacklog(server, startMs, isOver)
  } else if (server._handle.fd >= 0) {
    await turnUntilQuiet(server, startMs, isOver)
    // without a gate it may fill again: what Linux says of it is as young as can be when we close
    while (!isOver() && performance.now() - startMs < turnsMsMax && countBacklog(server) > 0) await turn()
  }
  // The server was closed by someone else meanwhile: nothing is left to do. Else: as close()
  // of net, because that of http destroys idle connections and stops the headers and request
  // limits.
  if (server._handle) net.Server.prototype.close.call(server)
  // The primary may just have sent us a connection. While we live we hand it back, and it
  // goes to another worker.
  if (cluster.isWorker) await wait(gateMs)
  return gate
}

module.exports = { closeListener }
