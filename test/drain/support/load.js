'use strict'

// Clients that keep a server busy: raw sockets that send the next request a short while
// after the last answer, never retry, and count what becomes of each request. Raw, because
// an HTTP client hides what we want to see: it retries, or takes another connection.

const net = require('node:net')

const host = '127.0.0.1'
// longer than any answer takes, stalls included
const answerMsMax = 3000

const openBatch = 200
const openBatchMs = 50

const body = 'x'.repeat(16)
const requests = {
  GET: (path) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`,
  POST: (path) => `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** The first complete answer in `text`: { status, closes, body, length }, or null. */
function parseAnswer (text) {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return null
  const head = text.slice(0, end)
  const length = end + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
  if (text.length < length) return null
  return { status: Number(head.slice(9, 12)), closes: /\r\nconnection: *close/i.test(head), body: text.slice(end + 4, length), length }
}

/** One client, with one connection at a time. */
class Lane {
  constructor (load) {
    this.load = load
    this.isPending = false // a request is out and its answer is not in
    this.connect()
  }

  connect () {
    if (this.load.isStopped) return this.load.left(this)
    this.text = ''
    this.connected = false
    this.socket = net.connect({ host, port: this.load.port, noDelay: true })
    this.socket.setEncoding('latin1')
    this.socket.on('connect', () => {
      this.connected = true
      this.send()
    })
    this.socket.on('data', (chunk) => this.read(chunk))
    this.socket.on('error', (error) => { this.error = error.code })
    this.socket.on('close', () => this.closed())
  }

  send () {
    const { load, socket } = this
    if (load.isStopped) return socket.destroy()
    // the peer's FIN is here: no client would use this connection any more
    if (socket.readableEnded || !socket.writable) return
    this.isPending = true
    load.counts.sent++
    socket.write(requests[Math.random() < load.postShare ? 'POST' : 'GET'](load.path))
  }

  read (chunk) {
    const { load, socket } = this
    this.text += chunk
    const answer = parseAnswer(this.text)
    if (answer === null) return
    this.text = this.text.slice(answer.length)
    if (!this.isPending) return load.lose(`answer ${answer.status} to no request`)
    this.isPending = false
    // 'ok' is what a backend says: no proxy's own page is taken for an answer
    if (answer.status === 200 && answer.body === 'ok') load.counts.answered++
    else load.lose(`status ${answer.status} ${answer.body.slice(0, 20)}`)
    load.onAnswer?.()
    if (answer.closes) return socket.end()
    this.timer = setTimeout(() => this.send(), load.nextGapMs())
  }

  closed () {
    const { load, error } = this
    clearTimeout(this.timer)
    this.error = undefined
    if (this.isPending) {
      this.isPending = false
      load.lose(error ?? 'closed without an answer')
    }
    // nobody listens: no request was sent, so none is lost
    if (!this.connected) {
      load.counts.refused++
      if (!load.retriesRefused) return load.left(this)
      this.timer = setTimeout(() => this.connect(), load.nextGapMs())
      return
    }
    this.connect()
  }
}

class Load {
  /** `gapMs` is [shortest, longest] pause of a client between an answer and its next request. */
  constructor ({ port, connections, gapMs = [20, 60], postShare = 0.5, path = '/', retriesRefused = false }) {
    Object.assign(this, { port, gapMs, postShare, path, retriesRefused })
    this.counts = { sent: 0, answered: 0, lost: 0, refused: 0 }
    this.reasons = {}
    this.isStopped = false
    this.ended = new Promise((resolve) => { this.resolveEnded = resolve })
    this.lanes = new Set()
    this.open(connections)
  }

  /** Not all at once: the accept backlog has room for 511, and more than that start badly. */
  open (count) {
    if (this.isStopped || count <= 0) return
    for (let i = 0; i < Math.min(count, openBatch); i++) this.lanes.add(new Lane(this))
    setTimeout(() => this.open(count - openBatch), openBatchMs)
  }

  nextGapMs () {
    const [min, max] = this.gapMs
    return min + Math.random() * (max - min)
  }

  lose (reason) {
    this.counts.lost++
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1
  }

  /** Resolves when `count` requests were answered. */
  answered (count) {
    return new Promise((resolve) => {
      this.onAnswer = () => {
        if (this.counts.answered < count) return
        this.onAnswer = undefined
        resolve()
      }
    })
  }

  left (lane) {
    this.lanes.delete(lane)
    if (this.lanes.size === 0) this.resolveEnded()
  }

  /** No new request; resolves when those that are out are answered or lost. */
  async stop () {
    this.isStopped = true
    for (const lane of this.lanes) {
      if (!lane.isPending) lane.socket.destroy()
    }
    // a connection that nobody holds any more, as when a cluster worker ends with one under
    // way to it, is never answered and never reset
    const timer = setTimeout(() => {
      for (const lane of this.lanes) lane.socket.destroy(Object.assign(new Error(), { code: 'no answer at all' }))
    }, answerMsMax)
    await this.ended
    clearTimeout(timer)
  }
}

module.exports = { Load }
