'use strict'

// Every open connection of a server, whether or not we were there when it was opened.

const { Connection } = require('./connection')
const { findSymbol, listSessions, listSockets, sessionOf, topOf, track } = require('./track')

class Connections {
  /** `onClose(connection)` is called as each one ends; `onOpen(connection)` for each new one. */
  constructor (server, { onOpen, onClose }) {
    this.server = server
    this.onOpen = onOpen
    this.onClose = onClose
    this.byBase = new Map()
    this.listKey = findSymbol(server, 'http.server.connections')
    this.handlers = {
      connection: (base) => onOpen(this.add(base, performance.now())),
      secureConnection: (top) => { if (top._parent) this.add(top._parent, performance.now()).top = top },
      session: (session) => this.addSession(session)
    }
  }

  /** Finds those that are open, and watches for more. */
  start () {
    const { server } = this
    track(server)
    // Node's list of HTTP/1 parsers, and its list of handles for all that is no HTTP/1: an
    // upgraded socket, a session, a TLS handshake. Neither costs anything until now.
    for (const { socket } of this.parsers('all')) {
      if (socket) this.add(socket._parent ?? socket, null).top = socket
    }
    for (const socket of listSockets(server)) this.add(socket, null)
    for (const handle of process._getActiveHandles?.() ?? []) {
      if (handle?.server === server && !this.byBase.has(handle)) this.add(handle, null)
    }
    for (const session of listSessions(server)) this.addSession(session)
    for (const { base } of this) {
      const session = sessionOf(base)
      if (session) this.addSession(session)
    }
    for (const [name, handler] of Object.entries(this.handlers)) server.on(name, handler)
  }

  stop () {
    for (const [name, handler] of Object.entries(this.handlers)) this.server.removeListener(name, handler)
  }

  get size () {
    return this.byBase.size
  }

  [Symbol.iterator] () {
    return this.byBase.values()
  }

  find (socket) {
    return this.byBase.get(socket) ?? this.byBase.get(socket?._parent)
  }

  add (base, bornMs) {
    let connection = this.byBase.get(base)
    if (connection !== undefined) return connection
    connection = new Connection(base, topOf(base), bornMs)
    this.byBase.set(base, connection)
    base.once('close', () => {
      this.byBase.delete(base)
      this.onClose(connection)
    })
    return connection
  }

  addSession (session) {
    const socket = session.destroyed ? undefined : sessionSocket(session)
    const connection = this.find(socket)
    if (connection === undefined || connection.session === session) return
    connection.session = session
    this.onOpen(connection)
  }

  parsers (which) {
    const list = this.server[this.listKey]
    // Deno has a list of another kind, Bun none
    return typeof list?.[which] === 'function' ? list[which]() : []
  }

  /** A test for parsers: has a message begun that is not complete? As of now. */
  midMessage () {
    // fresh connections are in this list too (and since Node 26.4 also in the idle one), but
    // those are told apart by never having had a request
    const active = new Set(this.parsers('active'))
    return (parser) => active.has(parser)
  }
}

/** The socket under a session, which itself gives out a proxy that forbids the most of it. */
function sessionSocket (session) {
  const key = findSymbol(session, 'socket') ?? findSymbol(session, 'kSocket')
  return session[key]
}

module.exports = { Connections }
