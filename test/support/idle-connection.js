'use strict'

// A client that does what a load balancer's pool does: one connection, a request, silence, and
// another request on the same connection. Raw sockets, because an HTTP client would retry, or
// would heed the server's Keep-Alive header, and so hide what is to be seen.

const { once } = require('node:events')
const net = require('node:net')
const { performance } = require('node:perf_hooks')
const { setTimeout: wait } = require('node:timers/promises')
const tls = require('node:tls')

const request = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'

/** Whether `text` is a complete response. Throws when it is not a good one. */
function isComplete (text) {
  const body = text.indexOf('\r\n\r\n') + 4
  if (body === 3) return false
  const head = text.slice(0, body)
  if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`not a good answer: ${head}`)
  const length = /^content-length: *(\d+)\r$/im.exec(head)
  if (length !== null) return text.length >= body + Number(length[1])
  if (!/^transfer-encoding: *chunked\r$/im.test(head)) throw new Error(`an answer without a length: ${head}`)
  return text.endsWith('\r\n0\r\n\r\n')
}

async function connect (address, ca) {
  const { protocol, hostname: host, port } = new URL(address)
  const isTls = protocol === 'https:'
  const socket = isTls ? tls.connect({ host, port, ca, ALPNProtocols: ['http/1.1'] }) : net.connect({ host, port })
  await once(socket, isTls ? 'secureConnect' : 'connect')
  return socket.setEncoding('latin1')
}

/** Sends a request; resolves with its answer when that is complete. */
function ask (socket) {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.removeAllListeners('data')
    socket.on('data', (chunk) => {
      text += chunk
      try {
        if (isComplete(text)) resolve(text)
      } catch (error) {
        reject(error)
      }
    })
    socket.write(request)
  })
}

/**
 * Sends a request, leaves the connection idle for `idleMs`, sends another one. Resolves with
 * { closedMs, answeredMs, answer }: when the server closed the connection, and when the second
 * answer was complete; one of them is null. Neither depends on how busy this machine is:
 * closedMs counts from the first request, so it is never less than the server's idle time,
 * and answeredMs from the end of the first answer, so it is never more.
 */
async function keepIdle (address, { idleMs, ca }) {
  const socket = await connect(address, ca)
  const closed = new Promise((resolve) => {
    socket.once('end', () => resolve())
    socket.once('close', () => resolve())
    socket.on('error', () => {}) // a reset: 'close' follows
  })
  try {
    const askedAt = performance.now()
    const first = await Promise.race([ask(socket), closed])
    if (first === undefined) throw new Error(`${address} closed during the first request`)
    const idleSince = performance.now()
    const isOpen = await Promise.race([wait(idleMs, true, { ref: false }), closed])
    const answer = isOpen && await Promise.race([ask(socket), closed])
    const now = performance.now()
    return answer === undefined
      ? { closedMs: Math.ceil(now - askedAt), answeredMs: null, answer: null }
      : { closedMs: null, answeredMs: Math.floor(now - idleSince), answer }
  } finally {
    socket.destroy()
  }
}

module.exports = { keepIdle }
