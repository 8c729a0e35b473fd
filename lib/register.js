'use strict'

// node --require lb-safe-timeouts/register server.js     (or --import, or in NODE_OPTIONS)
//
// For images and frameworks that nobody can change: every http, https and http2 server of the
// process gets its timeouts from the environment at the moment it starts to listen, when its
// framework has set its own values; at once where it listens already. A later write is undone.
// Loads next to nothing until then, never throws into the application, and prints one line at
// most, and one for each of the last three variables that it cannot follow.
//
//   LB_SAFE_TIMEOUTS_LB        an id, or a chain: cloudflare,aws-alb
//   LB_SAFE_TIMEOUTS_IDLE_MS   the load balancer's idle timeout
//   LB_SAFE_TIMEOUTS_LOG       line (default), json, off
//   LB_SAFE_TIMEOUTS_DRAIN     0 (default), 1: SIGTERM and SIGINT drain the servers and end the process
//   LB_SAFE_TIMEOUTS_SOCKET    1, or a folder: `lb-safe-timeouts doctor --pid` can ask this process

const kRegistered = Symbol.for('lb-safe-timeouts.registered')
// of lib/attach.js, which is not loaded before there is a server
const kAttached = Symbol.for('lb-safe-timeouts.attached')

// On Lambda the runtime's own http server speaks to no load balancer
const isInert = process.env.AWS_LAMBDA_FUNCTION_NAME !== undefined

/** One line of each `kind` for all workers of a cluster, and for all threads of a process. */
function isFirst (kind) {
  return (require('node:cluster').worker?.id ?? 1) === 1 && require('./once').isFirst(kind)
}

const wrong = new Set() // the variables that were complained about

/** What the variable `name` says, the first of `choices` where it is not set; a mistake is told once. */
function choose (name, choices) {
  const value = process.env[name] || choices[0]
  if (choices.includes(value)) return value
  if (!wrong.has(name)) {
    wrong.add(name)
    try {
      require('./options').checkChoice(`environment variable ${name}`, value, choices)
    } catch (error) {
      write(name, error.message, { error: { code: error.code, message: error.message } })
    }
  }
  return choices[0]
}

function write (kind, text, record) {
  const format = choose('LB_SAFE_TIMEOUTS_LOG', ['line', 'json', 'off'])
  if (format === 'off' || !isFirst(kind)) return
  // written at once, and lost rather than thrown where stderr is closed
  try {
    require('node:fs').writeSync(2, (format === 'json' ? JSON.stringify({ 'lb-safe-timeouts': record }) : `lb-safe-timeouts: ${text}`) + '\n')
  } catch {}
}

/** What a report says, in one line. */
function describe ({ lb, after, changed, safe }) {
  const values = ['keepAliveTimeout', 'headersTimeout', 'requestTimeout'].filter((name) => after[name] !== undefined)
  const idle = lb.idleTimeoutMs === null ? 'no idle limit' : `idle timeout ${lb.idleTimeoutMs} ms`
  return `${lb.name} (${idle}, ${lb.source}): ${values.map((name) => `${name} ${after[name]}`).join(', ')}` +
    (changed.length === 0 ? '; nothing had to be changed' : '') + (safe ? '' : '; NOT SAFE, see the warnings of applyLbSafeTimeouts()')
}

/** http, https or http2, without loading any of them. */
function isHttpServer (server) {
  return server.listenerCount('request') > 0 || server.keepAliveTimeout !== undefined || typeof server.updateSettings === 'function'
}

/** What drain.onSignals() does, for all servers of the process together. */
function drainOnSignals (server) {
  // signals come to the main thread only
  if (!require('node:worker_threads').isMainThread || choose('LB_SAFE_TIMEOUTS_DRAIN', ['0', '1']) === '0') return
  require('./drain').drainRegistered(server)
}

// adds a server to what the status socket tells; null: the socket could not be opened
let addToSocket

/** Lets `doctor --pid` ask about `server`; `problem` is why nothing was applied to it. */
function tellSocket (server, problem) {
  // asked for each time: nothing is loaded where no socket is wanted
  if (!process.env.LB_SAFE_TIMEOUTS_SOCKET || process.env.LB_SAFE_TIMEOUTS_SOCKET === '0' || addToSocket === null) return
  const complain = (message) => write('socket', `no status socket: ${message}`, { statusSocket: { error: message } })
  try {
    addToSocket ??= require('./socket/serve').openStatusSocket(process.env, complain)
    addToSocket(server, problem)
  } catch (error) {
    addToSocket = null
    complain(error.message)
  }
}

function apply (server) {
  let problem
  try {
    // what the application asked for itself holds
    if (!isHttpServer(server)) return
    drainOnSignals(server)
    if (server[kAttached] === undefined) {
      const report = require('./apply').applyLbSafeTimeouts(server, { onUnsafeWrite: 'enforce' })
      write('line', describe(report), report)
    }
  } catch (error) {
    if (error.code === 'LBST_E_NOT_A_SERVER') return
    write('line', `not applied: ${error.message}`, { error: { code: error.code, message: error.message } })
    problem = `not applied: ${error.message}`
  }
  tellSocket(server, problem)
}

function wrapListen (prototype) {
  const { listen } = prototype
  if (listen[kRegistered]) return
  const wrapper = {
    listen (...args) {
      apply(this)
      return Reflect.apply(listen, this, args)
    }
  }.listen
  Object.defineProperty(wrapper, kRegistered, { value: true })
  Object.defineProperty(wrapper, 'length', { value: listen.length, configurable: true })
  prototype.listen = wrapper
}

/** Loaded late, as by Next.js' instrumentation.js: what listens already. */
function applyToListening (Server) {
  for (const handle of process._getActiveHandles?.() ?? []) {
    if (handle instanceof Server && handle.listening) apply(handle)
  }
}

function register () {
  if (isInert) return
  require('./once') // shared with the threads to come
  const { Server } = require('node:net')
  if (!Server.prototype.listen[kRegistered]) applyToListening(Server)
  wrapListen(Server.prototype)
  // Bun's servers have a listen() of their own
  if (process.versions.bun === undefined) return
  for (const { Server } of [require('node:http'), require('node:https')]) wrapListen(Server.prototype)
}

register()
