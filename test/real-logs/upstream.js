'use strict'

// A server that does to each request what its path says, so that what really happened is known.

const net = require('node:net')

const body = 'fine\n'
const answer = (status) => `HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\n\r\n${body}`

// More than nginx keeps in memory, and than a slow client takes at once.
const bigBytes = 1 << 20

// Longer than LBST_RACE_US_MAX: the target was working, and then it closed.
const workMs = 1300

/** Starts it; resolves to { port, close() }. */
async function startUpstream () {
  const sockets = new Set()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    let text = ''
    let served = 0
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0)
        if (text.length < end + 4 + length) return
        const path = text.split(' ')[1].split('?')[0]
        text = text.slice(end + 4 + length)
        act(path, socket, served++)
      }
    })
  })
  const act = (path, socket, served) => {
    switch (path) {
      // what a stale connection looks like: it served before, and now it is closed
      case '/race':
      case '/race-page':
      case '/race-covered': return served > 0 ? socket.end() : socket.write(answer(200))
      case '/race-rst': return served > 0 ? socket.resetAndDestroy() : socket.write(answer(200))
      case '/die': return socket.end()
      case '/work': setTimeout(() => socket.end(), workMs); return
      case '/slow': return
      case '/half': return socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf', () => socket.resetAndDestroy())
      case '/junk': return socket.end('this is no HTTP\r\n\r\n')
      case '/big': return socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bigBytes}\r\n\r\n${'x'.repeat(bigBytes)}`)
      case '/accel': return socket.write('HTTP/1.1 200 OK\r\nX-Accel-Redirect: /200\r\nContent-Length: 0\r\n\r\n')
      default: return socket.write(answer(parseInt(path.slice(1), 10) || 200))
    }
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port: server.address().port, close }
}

module.exports = { startUpstream }
