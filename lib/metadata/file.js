'use strict'

const fs = require('node:fs')
const { tooBig } = require('./fail')
const { inputBytesMax } = require('./limits')

/** A file's bytes, and never more than a reader takes: a pipe or a device has no size to ask for. */
function readFileSync (file) {
  const descriptor = fs.openSync(file, 'r')
  try {
    const chunks = []
    let size = 0
    for (;;) {
      const chunk = Buffer.allocUnsafe(1024 * 1024)
      const bytes = fs.readSync(descriptor, chunk, 0, chunk.length, null)
      if (bytes === 0) return Buffer.concat(chunks)
      size += bytes
      if (size > inputBytesMax) throw tooBig(`the file is longer than ${inputBytesMax} bytes`)
      chunks.push(chunk.subarray(0, bytes))
    }
  } finally {
    fs.closeSync(descriptor)
  }
}

module.exports = { readFileSync }
