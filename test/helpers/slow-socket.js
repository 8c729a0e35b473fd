'use strict'

// A connection whose program reads evenly and slowly, so that what it has not read yet lies in
// the two kernels. pause() on an ordinary socket would read 64 KB at a time.

const net = require('node:net')
const { Duplex } = require('node:stream')

const chunkBytes = 4096

/** A connected stream to `port` that is read at `rate` bytes a second. */
function connectSlowly (port, rate) {
  let startedAt
  let taken = 0
  const socket = net.connect({
    port,
    host: '127.0.0.1',
    onread: {
      buffer: Buffer.alloc(chunkBytes),
      callback (length, buffer) {
        startedAt ??= performance.now()
        taken += length
        stream.push(Buffer.from(buffer.subarray(0, length)))
        const dueMs = startedAt + taken / rate * 1000 - performance.now()
        if (dueMs < 1) return true
        setTimeout(() => socket.resume(), dueMs)
        return false
      }
    }
  })
  const stream = new Duplex({
    read () {},
    write: (chunk, encoding, callback) => socket.write(chunk, encoding, callback),
    final: (callback) => socket.end(callback),
    destroy (error, callback) {
      socket.destroy()
      callback(error)
    }
  })
  socket.on('connect', () => stream.emit('connect'))
  socket.on('end', () => stream.push(null))
  socket.on('error', (error) => stream.destroy(error))
  socket.on('close', () => stream.destroy())
  return stream
}

module.exports = { connectSlowly }
