'use strict'

// A shutdown that loses no request: announce, wait until the load balancer knows, close the
// door with nobody in it, let everyone finish, look, and only then close.

const { checkServer, findApplied } = require('./apply')
const { deepFreeze } = require('./catalogue')
const { Drain } = require('./drain/drain')
const { createError } = require('./errors')
const { lbNames, readDrainOptions } = require('./drain/options')
const { createReadiness } = require('./drain/readiness')
const { readSignalOptions, Signals } = require('./drain/signals')
const { findDrain, isDraining, noteDrain } = require('./drain/state')
const { kubernetes } = require('./kubernetes')

// idle connections are held until the deadline where there is no plan
const unplanned = { needsPlan: false }

/** What drain() needs to know; throws where `server` cannot be drained so. */
function prepare (server, options, how) {
  checkServer(server)
  const read = readDrainOptions(options, findApplied(server), how)
  if (!Object.isExtensible(server) && !isDraining(server)) throw createError('LBST_E_WRITE_REFUSED', 'the server takes no new property, so that its answers cannot be announced as the last; is it frozen or sealed?')
  return read
}

/** drain(), but a mistake is thrown. */
function start (server, options, how) {
  const running = findDrain(Object(server))
  // a second call's options change nothing; a mistake in them is told all the same
  const read = prepare(server, options, running === undefined ? how : unplanned)
  if (running !== undefined) return running
  let settle
  const promise = new Promise((resolve) => { settle = resolve })
  // before it starts: whoever is told of the drain may ask for it
  noteDrain(server, promise)
  settle(new Drain(server, read).run().then(deepFreeze))
  return promise
}

/** At a signal: what is wrong was told before, and nothing may keep the drain from its work. */
function startUnplanned (server, options) {
  return start(server, options, unplanned)
}

/**
 * Drains `server`: resolves to a report when its last connection has ended, at the latest
 * when `deadlineMs` has passed. A second call returns the same promise.
 */
function drain (server, options) {
  try {
    return start(server, options)
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * A request handler for a health check: 200, and 503 with `Connection: close` from the
 * moment the drain of `server` starts. It may stand on another server.
 */
drain.readiness = function (server) {
  checkServer(server)
  return createReadiness(server, isDraining)
}

/**
 * Drains `server`, or a list of servers, when a signal comes, calls `onDrained` (databases
 * and the like), and ends the process when every other call's servers are drained too: 0, or 1
 * when something failed or the deadline came first. A second signal ends it at once. Returns
 * { remove() }.
 */
drain.onSignals = function (server, options) {
  const servers = Array.isArray(server) ? [...server] : [server]
  if (servers.length === 0) throw createError('LBST_E_INVALID_TYPE', 'drain.onSignals() takes a server or a list of servers, got an empty list')
  for (const one of servers) checkServer(one)
  const read = readSignalOptions(options)
  // one to which nothing was applied yet may get its plan later
  const isNamed = lbNames.some((name) => read.drainOptions[name] !== undefined)
  const [{ deadlineMs }] = servers.map((one) => prepare(one, read.drainOptions, { needsPlan: isNamed || findApplied(one) !== undefined }))
  const signals = new Signals(servers, { ...read, deadlineMs, start: startUnplanned })
  return { remove: () => signals.remove() }
}

// the servers that lib/register.js found
let registered

/** What drain.onSignals() does, for the servers of a process that register meets one by one. */
function drainRegistered (server) {
  const { deadlineMs } = prepare(server, {}, unplanned)
  registered ??= new Signals([], { ...readSignalOptions(), deadlineMs, start: startUnplanned, isSpare: true })
  if (!registered.servers.includes(server)) registered.servers.push(server)
}

/** The numbers for a Kubernetes manifest, with the arithmetic. */
drain.kubernetes = kubernetes

module.exports = { drain, drainRegistered }
