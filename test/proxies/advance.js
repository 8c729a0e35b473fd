'use strict'

// Ways to get a connection to Node that nobody has used yet. Each source is one lane's: its
// open() resolves, when there is such a connection, to { bornAt, isUnused() }: since when Node
// counts its headersTimeout, and whether it is still there.

const { setTimeout: wait } = require('node:timers/promises')
const { Client } = require('./client')
const { driver } = require('./coverage')
const { delayMs } = require('./settings')

// a proxy opens a connection in advance within this, or never
const openMsMax = 10000

/** The driver: opens a connection, and lets it lie. What many cloud load balancers do. */
class Driver {
  constructor ({ port, secure }) {
    this.client = new Client({ port, secure })
  }

  async open () {
    await this.client.open()
    return { bornAt: performance.now(), isUnused: () => true }
  }
}

/** The connections of a proxy to one relay, as the relay sees them. */
class Connections {
  constructor () {
    this.open = new Set()
  }

  add (socket) {
    const connection = { bornAt: performance.now(), used: false, isUnused: () => !connection.used && this.open.has(connection) }
    this.open.add(connection)
    socket.once('data', () => { connection.used = true })
    socket.once('close', () => this.open.delete(connection))
    this.onAdded?.(connection)
  }

  async added () {
    const timer = new AbortController()
    const late = wait(openMsMax, undefined, { signal: timer.signal }).then(() => {
      throw new Error(`no connection was opened in advance within ${openMsMax} ms`)
    })
    const added = new Promise((resolve) => { this.onAdded = resolve })
    try {
      return await Promise.race([added, late])
    } finally {
      timer.abort()
      late.catch(() => {})
    }
  }
}

/** Squid keeps a number of unused connections, cache_peer standby=N, from the first request on. */
class Standby {
  constructor ({ connections, port, send }) {
    Object.assign(this, { connections, send, client: new Client({ port }), isPrimed: false })
  }

  async open () {
    if (!this.isPrimed) await this.send(this.client, '?last')
    this.isPrimed = true
    for (;;) {
      const unused = [...this.connections.open].find((connection) => connection.isUnused())
      if (unused !== undefined) return unused
      await this.connections.added()
    }
  }
}

// one way, so long that a request and a TLS handshake can overtake each other as they must
const slowMs = 100
// on a busy machine A is over too early now and then, and nothing is dialled
const triesMax = 20

/**
 * Go's transport, and so Caddy, dials for a request that finds no idle connection. When another
 * request ends before the handshake does, its connection is taken, and the new one goes into
 * the pool as it is. Here: A is under way on the only connection, B comes before A ends.
 */
class DialRace {
  constructor ({ connections, port, send }) {
    Object.assign(this, { connections, send, client: new Client({ port }), other: new Client({ port }) })
  }

  async open () {
    for (let tries = 0; tries < triesMax; tries++) {
      // answered: the connection is idle
      await this.send(this.client, '')
      const before = new Set(this.connections.open)
      const first = this.send(this.client, `?ms=${slowMs}`) // over after 3 * slowMs
      await wait(2 * slowMs)
      // its dial is over 2 * slowMs from now
      await Promise.all([first, this.send(this.other, '?last')])
      const dialled = [...this.connections.open].find((connection) => !before.has(connection))
      if (dialled !== undefined) return { bornAt: dialled.bornAt + 3 * slowMs, isUnused: () => this.connections.open.has(dialled) }
    }
    throw new Error(`no connection was opened in advance in ${triesMax} tries`)
  }
}

const sources = { [driver.id]: Driver, squid: Standby, caddy: DialRace }

/** One way between the proxy and Node. */
function findDelayMs (proxy) {
  return sources[proxy] === DialRace ? slowMs : delayMs
}

module.exports = { Connections, findDelayMs, sources }
