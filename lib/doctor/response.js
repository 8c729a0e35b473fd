'use strict'

// Where an answer ends on a raw socket, and the three of its headers that matter here.

const protocol = 'HTTP/'
const headMax = 65536 // a longer head is no answer to a health check

/** The length of a chunked body at the start of `text`, -1 while it is not complete. */
function chunkedLength (text) {
  let at = 0
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd === -1) return -1
    const size = parseInt(text.slice(at, lineEnd), 16)
    if (!(size >= 0)) return text.length // not chunked at all: its end is not known
    at = lineEnd + 2
    if (size === 0) {
      // trailers, then an empty line
      const end = text.startsWith('\r\n', at) ? at : text.indexOf('\r\n\r\n', at)
      if (end === -1) return -1
      return end === at ? at + 2 : end + 4
    }
    at += size + 2
    if (at > text.length) return -1
  }
}

function readHead (text) {
  const [statusLine, ...lines] = text.split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1])
  const headers = new Map()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    // it will be shown on a terminal, and a server may send anything
    const value = line.slice(colon + 1).trim().replace(/[^\t -~]/g, '?')
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value)
  }
  return { status, headers, isOld: statusLine.startsWith('HTTP/1.0') }
}

/**
 * Reads the answers on one connection. push(bytes) returns the answer when its last byte is
 * here: { status, keepAlive, close }; null before. Bytes after it belong to the next one.
 */
class ResponseReader {
  #text = ''
  #head = null
  #bodyAt = 0
  #isFirst = true

  /** How much is waiting for the rest of its answer. */
  get length () {
    return this.#text.length
  }

  push (bytes) {
    this.#text += bytes.toString('latin1')
    return this.#read()
  }

  #read () {
    if (this.#head === null) {
      // another protocol: nothing more will make it an answer
      if (this.#isFirst && !this.#text.startsWith(protocol.slice(0, this.#text.length))) return this.#take(this.#text.length)
      const end = this.#text.indexOf('\r\n\r\n')
      if (end === -1) return this.#text.length > headMax ? this.#take(this.#text.length) : null
      this.#head = readHead(this.#text.slice(0, end))
      this.#bodyAt = end + 4
    }
    const { status, headers } = this.#head
    if (status >= 100 && status < 200) { // 100 Continue, 103 Early Hints
      this.#take(0)
      return this.#read()
    }
    if (status === 204 || status === 304) return this.#take(0)
    if (/\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')) {
      const length = chunkedLength(this.#text.slice(this.#bodyAt))
      return length === -1 ? null : this.#take(length)
    }
    const length = Number(headers.get('content-length') ?? NaN)
    // without a length the body ends with the connection: nothing is kept
    if (!(length >= 0)) return this.#take(this.#text.length)
    return this.#text.length - this.#bodyAt < length ? null : this.#take(length)
  }

  #take (bodyLength) {
    const { status = NaN, headers = new Map(), isOld = false } = this.#head ?? {}
    this.#text = this.#text.slice(this.#bodyAt + bodyLength)
    this.#isFirst = false
    this.#head = null
    this.#bodyAt = 0
    const connection = headers.get('connection') ?? ''
    const bounded = headers.has('content-length') || headers.has('transfer-encoding') || status === 204 || status === 304
    return {
      status,
      keepAlive: headers.get('keep-alive') ?? null,
      close: /\bclose\b/i.test(connection) || !bounded || (isOld && !/\bkeep-alive\b/i.test(connection))
    }
  }
}

module.exports = { ResponseReader }
