'use strict'

// What a Kubernetes service is to a proxy: one address with several servers behind it, chosen
// for each connection. A connect that is refused goes to the next server, as every load
// balancer may do it: nothing was sent, so nothing that it did would count as lost.

const { once } = require('node:events')
const net = require('node:net')
const { forward } = require('../support/relay')

const host = '127.0.0.1'

// Only one of the servers ever refuses, so this is as good as for ever: what is still refused
// then is no matter of chance.
const triesMax = 100

class Front {
  constructor (delayMs) {
    this.delayMs = delayMs
    this.ports = []
    this.next = 0
    this.refused = 0
    this.sockets = new Set()
    this.server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (near) => {
      near.on('error', () => {}) // before there is a server to tell
      this.connect(near)
    })
  }

  async listen () {
    this.server.listen(0, host)
    await once(this.server, 'listening')
    this.port = this.server.address().port
    return this
  }

  track (socket) {
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
  }

  /**
   * Gives the connection to a server that takes it. A connect can last for a second or two (a
   * draining server drops the first SYN), so the next one is chosen from those that are there
   * by then.
   */
  connect (near, triesLeft = triesMax) {
    if (triesLeft === 0) return near.resetAndDestroy()
    const far = net.connect({ host, port: this.ports[this.next++ % this.ports.length], allowHalfOpen: true, noDelay: true })
    const onRefused = () => {
      this.refused++
      this.connect(near, triesLeft - 1)
    }
    far.once('error', onRefused)
    far.once('connect', () => {
      far.off('error', onRefused)
      this.track(near)
      this.track(far)
      forward(near, far, this.delayMs)
      forward(far, near, this.delayMs)
      near.resume()
    })
  }

  close () {
    for (const socket of this.sockets) socket.resetAndDestroy()
    return new Promise((resolve) => this.server.close(resolve))
  }
}

module.exports = { Front }
