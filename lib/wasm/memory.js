'use strict'

// The memory of a WebAssembly instance, as the C code in it sees it: little-endian numbers,
// text in UTF-8, addresses that are unsigned.

// V8 and so Node-API keep a byte order mark, and so do we
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

class Memory {
  #exports = null
  #bytes = new Uint8Array(0)
  #view = null

  attach (exports) {
    this.#exports = exports
  }

  /** The whole memory. When it grows, all older views of it are gone. */
  get bytes () {
    const { buffer } = this.#exports.memory
    if (this.#bytes.buffer !== buffer) {
      this.#bytes = new Uint8Array(buffer)
      this.#view = new DataView(buffer)
    }
    return this.#bytes
  }

  get view () {
    return this.bytes && this.#view
  }

  setByte (at, value) {
    this.view.setUint8(at >>> 0, value)
  }

  setU32 (at, value) {
    this.view.setUint32(at >>> 0, value, true)
  }

  setI64 (at, value) {
    this.view.setBigInt64(at >>> 0, value, true)
  }

  setDouble (at, value) {
    this.view.setFloat64(at >>> 0, value, true)
  }

  getU32 (at) {
    return this.view.getUint32(at >>> 0, true)
  }

  getU64 (at) {
    return this.view.getBigUint64(at >>> 0, true)
  }

  /** Text of `length` bytes; -1, which is NAPI_AUTO_LENGTH too: up to its NUL. */
  getText (at, length = -1) {
    const start = at >>> 0
    const end = length === -1 ? this.bytes.indexOf(0, start) : start + (length >>> 0)
    return decoder.decode(this.bytes.subarray(start, end))
  }

  /** Writes as much of `text` as fits beside a NUL, never half a character; its length. */
  setText (at, size, text) {
    const start = at >>> 0
    const { written } = encoder.encodeInto(text, this.bytes.subarray(start, start + (size >>> 0) - 1))
    this.setByte(start + written, 0)
    return written
  }

  /** A copy of `bytes` for the C code, or 0. free() takes it back. */
  copyIn (bytes) {
    const at = this.#exports.malloc(bytes.length || 1) >>> 0
    if (at !== 0) this.bytes.set(bytes, at)
    return at
  }

  /** Fills `bytes` with what the C code has there. */
  copyOut (at, bytes) {
    bytes.set(this.bytes.subarray(at, at + bytes.length))
  }

  free (at) {
    this.#exports.free(at)
  }
}

module.exports = { Memory }
