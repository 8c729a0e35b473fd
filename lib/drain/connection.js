'use strict'

// One connection of a draining server: what it is doing, asked of Node and of the kernel at
// the moment of the question. Nothing is recorded per request.

const { native } = require('../binding')

// what a look can find; QUIET alone may be closed
const WAITING = 'waiting' // a request, or a part of one, lies in the receive buffer
const UNTAKEN = 'untaken' // the peer has not taken all of the last answer
const UNSURE = 'unsure' // the kernel says nothing, and there was no look before this one
const QUIET = 'quiet'

class Connection {
  /**
   * `base` is the TCP socket; `top` is the socket that HTTP sees, another one with TLS (null
   * until its handshake is over). `bornMs`: when it was accepted, null before the drain.
   */
  constructor (base, top, bornMs) {
    this.base = base
    this.top = top
    this.bornMs = bornMs
    this.session = null // of HTTP/2
    this.upgraded = false
    this.announced = false // our last answer says `Connection: close`
    this.dueMs = null // when an idle one has been silent for long enough
    this.saved = false
    this.ending = null // why we ended it
    this.bytesBefore = null // at the last look, where the kernel says nothing
  }

  get socket () {
    return this.top ?? this.base
  }

  /**
   * 'fresh': no request ever came; 'idle': between two requests; 'busy': a request or its
   * answer is on its way; 'http2'; 'upgraded': a WebSocket, a CONNECT, or still in its TLS
   * handshake: nothing that we may judge. `isMidMessage(parser)`: a message has begun.
   */
  state (isMidMessage) {
    if (this.session !== null) return 'http2'
    const { socket } = this
    const { parser } = socket
    // the parser is gone a moment before the socket is, when both ended; and without a byte no
    // TLS handshake is under way
    if (parser === null || parser === undefined) return this.base.bytesRead === 0 ? 'fresh' : 'upgraded'
    // the response that owns the socket now; null between two, undefined before the first
    if (socket._httpMessage) return 'busy'
    if (socket._httpMessage === undefined) return socket === this.base && socket.bytesRead > 0 ? 'busy' : 'fresh'
    // an answer can be over before its request is
    if (parser.incoming?.complete === false || isMidMessage(parser)) return 'busy'
    return 'idle'
  }

  /** What the kernel says, or null where it says nothing. */
  inspect () {
    const fd = this.base._handle?.fd
    if (!(fd >= 0)) return null
    try {
      return native().sockInspect(fd)
    } catch {
      return null // no TCP socket (a pipe), or an OS that does not answer
    }
  }

  /** The last look. Where the OS is silent, bytes read since the look before decide. */
  look () {
    const found = this.inspect()
    if (found === null) {
      const { bytesRead } = this.base
      const before = this.bytesBefore
      this.bytesBefore = bytesRead
      if (before === null) return UNSURE
      return bytesRead === before ? QUIET : WAITING
    }
    if (found.waitingBytes > 0) return WAITING
    return found.untakenBytes > 0 && !found.peerEnded ? UNTAKEN : QUIET
  }

  /** How long both sides have been silent by the kernel's clock; null: unknown. */
  silentMs () {
    const found = this.inspect()
    if (found === null) return null
    const { lastReceivedMs, lastSentMs, lastAckedMs } = found
    const known = [lastReceivedMs, lastSentMs, lastAckedMs].filter((ms) => ms !== null)
    return known.length === 0 ? null : Math.min(...known)
  }

  /** FIN, and then the end: as Node itself ends a connection after its last answer. */
  end (why) {
    this.ending = why
    // a stream that somebody passed off as a connection may have no such thing
    if (typeof this.socket.destroySoon === 'function') this.socket.destroySoon()
    else this.socket.end(() => this.socket.destroy())
  }

  destroy () {
    this.ending = 'destroyed'
    if (this.session !== null) this.session.destroy()
    this.socket.destroy()
    this.base.destroy()
  }
}

module.exports = { Connection, UNSURE, QUIET }
