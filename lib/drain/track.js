'use strict'

// What a server does not list of its own: the sessions of HTTP/2, which TLS socket stands on a
// TCP socket, and outside of Node even its connections. Watched from applyLbSafeTimeouts() on, or from the start of a
// drain; one event per connection, none per request.

const { otherRuntime } = require('../runtime')

const tops = new WeakMap() // TCP socket -> the TLS socket on it
const sessionsOf = new WeakMap() // server -> Set of sessions
const socketsOf = new WeakMap() // server -> Set of sockets, where Node's own list is missing

function onSecureConnection (socket) {
  if (socket._parent) tops.set(socket._parent, socket)
}

function onSession (session) {
  const sessions = sessionsOf.get(this)
  sessions.add(session)
  session.once('close', () => sessions.delete(session))
}

function onConnection (socket) {
  const sockets = socketsOf.get(this)
  sockets.add(socket)
  socket.once('close', () => sockets.delete(socket))
}

/** Starts to watch; at any later call does nothing. */
function track (server) {
  if (otherRuntime !== undefined && !socketsOf.has(server)) {
    socketsOf.set(server, new Set())
    server.on('connection', onConnection)
  }
  // a plain http server has neither
  if (typeof server.setSecureContext !== 'function' && typeof server.updateSettings !== 'function') return
  if (sessionsOf.has(server)) return
  sessionsOf.set(server, new Set())
  server.on('session', onSession)
  server.on('secureConnection', onSecureConnection)
}

function findSymbol (object, description) {
  return Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description)
}

/** The sessions that are known: those seen since track(), and Node's own list (24 and later). */
function listSessions (server) {
  const found = new Set(sessionsOf.get(server))
  server[findSymbol(server, 'sessions')]?.forEach((session) => found.add(session))
  return found
}

/** The open connections of a server of another runtime, since track(). */
function listSockets (server) {
  return socketsOf.get(server) ?? []
}

/** The session on `socket` where Node notes it there (18); else undefined. */
function sessionOf (socket) {
  return socket[findSymbol(socket, 'kSession')]
}

module.exports = { findSymbol, listSessions, listSockets, sessionOf, topOf: (base) => tops.get(base) ?? null, track }
