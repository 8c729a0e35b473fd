'use strict'

// A raw client: what it writes is what goes out, what it saw is what came.

const { once } = require('node:events')
const net = require('node:net')
const tls = require('node:tls')

/** Connects to a port, or to the path of a Unix domain socket; resolves to { socket, write(), until(), ended, text() }. */
async function talk (port, { secure = false, halfOpen = false } = {}) {
  const host = '127.0.0.1'
  const to = typeof port === 'string' ? { path: port } : { port, host }
  const socket = secure ? tls.connect({ ...to, rejectUnauthorized: false }) : net.connect({ ...to, noDelay: true, allowHalfOpen: halfOpen })
  let text = ''
  let wake = () => {}
  socket.setEncoding('latin1')
  socket.on('data', (chunk) => {
    text += chunk
    wake()
  })
  let error = null
  socket.on('error', (found) => { error = found })
  // how it ended: 'FIN', or the error's code
  const ended = new Promise((resolve) => socket.once('close', () => {
    resolve(error === null ? 'FIN' : error.code)
    wake()
  }))
  await once(socket, secure ? 'secureConnect' : 'connect')

  /** Resolves to everything received when `pattern` is in it; rejects when it never will be. */
  async function until (pattern) {
    while (!pattern.test(text)) {
      if (socket.destroyed) throw new Error(`closed (${error?.code ?? 'FIN'}) before ${pattern}: ${JSON.stringify(text)}`)
      await new Promise((resolve) => { wake = resolve })
    }
    return text
  }

  return { socket, ended, until, text: () => text, write: (data) => socket.write(data), get: (path) => socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`) }
}

module.exports = { talk }
