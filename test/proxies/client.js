'use strict'

// One client of a proxy: a raw socket that sends one request at a time and never repeats one.
// Raw, because an HTTP client hides what we want to see: it retries, or takes another socket.

const net = require('node:net')
const tls = require('node:tls')

const host = '127.0.0.1'

// far longer than anything here takes, stalls included
const answerMsMax = 40000

const body = 'x'

function write (method, path) {
  return `${method} ${path} HTTP/1.1\r\nHost: test\r\n${method === 'POST' ? `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n` : ''}\r\n${method === 'POST' ? body : ''}`
}

/** The body of a complete answer, its chunks joined; undefined when it is not all there. */
function readBody (head, rest, isEnded) {
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    let text = ''
    for (;;) {
      const line = /^([\da-f]+)[^\n]*\n/i.exec(rest)
      if (line === null) return undefined
      const size = parseInt(line[1], 16)
      if (rest.length < line[0].length + size + 2) return undefined
      if (size === 0) return text
      text += rest.slice(line[0].length, line[0].length + size)
      rest = rest.slice(line[0].length + size + 2)
    }
  }
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length === null) return isEnded ? rest : undefined
  return rest.length >= Number(length[1]) ? rest.slice(0, Number(length[1])) : undefined
}

/** The complete answer in `text`, or null. */
function readAnswer (text, isEnded) {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return null
  const head = text.slice(0, end)
  const body = readBody(head, text.slice(end + 4), isEnded)
  if (body === undefined) return null
  const header = (name) => new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1]
  return {
    status: Number(head.slice(9, 12)),
    body,
    closes: /\r\nconnection: *close/i.test(head),
    requests: Number(header('x-connection-requests')),
    ageMs: Number(header('x-connection-age'))
  }
}

class Client {
  /** With `oneShot` every request comes on a connection of its own. */
  constructor ({ port, oneShot = false, secure = false }) {
    Object.assign(this, { port, oneShot, secure, socket: null, text: '', waiting: null })
  }

  connect () {
    const socket = this.secure
      ? tls.connect({ host, port: this.port, rejectUnauthorized: false })
      : net.connect({ host, port: this.port, noDelay: true })
    this.socket = socket
    this.text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => { this.text += chunk; this.read(socket, false) })
    // an end before the answer is a loss; the proxy would not say more
    socket.on('end', () => { this.read(socket, true); this.left(socket, 'closed') })
    socket.on('error', () => {})
    socket.on('close', () => this.left(socket, 'closed'))
    return socket
  }

  /** Resolves when there is a connection that no request has used. */
  open () {
    const socket = this.connect()
    return new Promise((resolve, reject) => {
      socket.once(this.secure ? 'secureConnect' : 'connect', resolve)
      socket.once('error', reject)
    })
  }

  isOpen () {
    return this.socket !== null && !this.socket.destroyed && !this.socket.readableEnded
  }

  close () {
    this.socket?.destroy()
    this.socket = null
  }

  /**
   * Sends a request to `path`, whose last part is `id`. Resolves to { how, requests, ageMs }:
   * how is 'answered', a status, 'closed' without an answer, or 'no answer' at all.
   */
  request (method, path, id) {
    if (this.oneShot) this.close()
    if (!this.isOpen()) this.connect()
    return new Promise((resolve, reject) => {
      const { socket } = this
      const timer = setTimeout(() => this.left(socket, 'no answer'), answerMsMax)
      this.waiting = { id, timer, resolve, reject }
      socket.write(write(method, path))
    })
  }

  settle (result) {
    const { timer, resolve } = this.waiting
    clearTimeout(timer)
    this.waiting = null
    resolve(result)
  }

  read (socket, isEnded) {
    if (socket !== this.socket || this.waiting === null) return
    const answer = readAnswer(this.text, isEnded)
    if (answer === null) return
    this.text = ''
    const { id, reject } = this.waiting
    if (answer.closes) this.close()
    if (answer.status !== 200) return this.settle({ how: String(answer.status) })
    if (answer.body !== id) return reject(new Error(`request ${id} got the answer ${answer.body.slice(0, 40)}`))
    this.settle({ how: 'answered', requests: answer.requests, ageMs: answer.ageMs })
  }

  left (socket, how) {
    if (socket !== this.socket) return
    this.close()
    if (this.waiting !== null) this.settle({ how })
  }
}

module.exports = { Client }
