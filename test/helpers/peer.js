'use strict'

// One connection of a load balancer to a server: requests on it, one at a time, and how it
// ends. No pool and no agent, so that a test says itself which connection carries what.

const { once } = require('node:events')
const net = require('node:net')
const tls = require('node:tls')
const { connectSlowly } = require('./slow-socket')

function now () {
  return Number(process.hrtime.bigint()) / 1e6
}

/** The length of the whole response at the start of `text`, or -1 when it is not all there. */
function responseLength (head, received) {
  const end = head.indexOf('\r\n\r\n')
  if (end === -1) return -1
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
  return received >= end + 4 + length ? end + 4 + length : -1
}

class Peer {
  constructor (socket) {
    this.socket = socket
    this.received = 0
    this.head = ''
    this.lastByteAt = 0
    this.waiting = null
    this.how = 'open'
    socket.on('data', (chunk) => this.onData(chunk))
    socket.on('error', ({ code }) => { this.how = code })
    socket.on('end', () => {
      if (this.how === 'open') this.how = 'FIN'
      this.endedAt ??= now()
    })
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.closedAt = now()
        this.endedAt ??= this.closedAt
        this.settle(null)
        resolve(this)
      })
    })
  }

  /** Connects; with `rate`, reads no more than so many bytes a second. */
  static async connect (port, protocol = 'http', { rate } = {}) {
    const tcp = rate === undefined ? net.connect({ port, host: '127.0.0.1' }) : connectSlowly(port, rate)
    const socket = protocol === 'http' ? tcp : tls.connect({ socket: tcp, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
    const peer = new Peer(socket)
    await once(socket, protocol === 'http' ? 'connect' : 'secureConnect')
    return peer
  }

  onData (chunk) {
    this.lastByteAt = now()
    this.firstByteAt ??= this.lastByteAt
    if (this.head.length < 4096) this.head += chunk.toString('latin1', 0, 4096)
    this.received += chunk.length
    if (responseLength(this.head, this.received) === this.received) {
      const status = Number(this.head.slice(9, 12))
      this.head = ''
      this.received = 0
      this.settle(status)
    }
  }

  settle (status) {
    this.waiting?.(status)
    this.waiting = null
  }

  /** Sends a request; resolves with the status, or null when the connection ended instead. */
  request (path = '/', method = 'POST') {
    if (this.socket.destroyed || this.how !== 'open') return Promise.resolve(null)
    const answered = new Promise((resolve) => { this.waiting = resolve })
    this.socket.write(`${method} ${path} HTTP/1.1\r\nHost: test\r\n${method === 'POST' ? 'Content-Length: 0\r\n' : ''}\r\n`,
      () => { this.writtenAt = now() })
    return answered
  }

  destroy () {
    this.socket.destroy()
  }
}

const openAtOnce = 100

/** `count` peers, or the next hundred, each of whose connections was used once and is idle. */
async function openUsed (port, count) {
  const peers = []
  while (peers.length < count) {
    const batch = await Promise.all(Array.from({ length: openAtOnce }, () => Peer.connect(port)))
    const statuses = await Promise.all(batch.map((peer) => peer.request()))
    if (statuses.some((status) => status !== 200)) throw new Error('a request was not answered')
    peers.push(...batch)
  }
  return peers
}

module.exports = { Peer, now, openUsed }
