'use strict'

// One piece of work after the other. Text, plain or packed, is read and scanned by the native
// module in libuv's thread pool. JSON, and what the native module cannot unpack in this process,
// goes through streams and JSON.parse, and so to a thread of its own, started only for that.

const fs = require('node:fs')
const path = require('node:path')
const { getSystemErrorName, promisify } = require('node:util')
const { hasNative, native } = require('../binding')
const { createError } = require('../errors')
const { otherRuntime } = require('../runtime')
const { headLength } = require('./formats')
const { lineStart, packing, readSome } = require('./read')
const { LogScanner } = require('./scanner')

const openLater = promisify(fs.open)

function readError (file, errno) {
  const code = getSystemErrorName(errno)
  // the words that Node's own streams have for these
  if (code === 'EOF') return Object.assign(new Error('unexpected end of file'), { code: 'Z_BUF_ERROR' })
  if (code === 'EPROTO') return Object.assign(new Error('what is packed is broken'), { code: 'Z_DATA_ERROR' })
  return Object.assign(new Error(`${code}: read '${file}'`), { code, errno, syscall: 'read' })
}

/** Opening a pipe waits for who writes into it, and the thread must not. */
async function open ({ file, packing }) {
  return packing === null ? openLater(file, 'r') : fs.openSync(file, 'r')
}

/** Reads the bytes at the beginning; of a pipe as many as there are, up to that. */
async function readBytes (fd, task, buffer) {
  if (task.packing !== null) return buffer.subarray(0, fs.readSync(fd, buffer, 0, buffer.length, 0))
  let length = 0
  for (let more = 1; more > 0 && length < buffer.length; length += more) more = await readSome(fd, buffer, length)
  return buffer.subarray(0, length)
}

/** Bun and Deno load the module, but have not all of libuv: a call that is missing ends the process. */
function canReadNatively () {
  return otherRuntime === undefined && hasNative()
}

/** The file of the thread's code. A bundler does not see it, and it is not beside a bundle. */
function findWorker () {
  const file = typeof __dirname === 'string' ? path.join(__dirname, 'worker.js') : null
  if (file !== null && fs.existsSync(file)) return file
  throw createError('LBST_E_UNSUPPORTED',
    'a log in JSON, from a pipe, or without the native module is read in a worker thread, whose code is not in this bundle; let the bundler leave lb-safe-timeouts external, or pass the text to classifyLog()')
}

// what the native reader knows; everything else is a thread's to read, or to refuse
const unpacked = new Set(['plain', 'gzip', 'zstd'])

class Lane {
  constructor (options) {
    this.options = options
    // there may be thousands of files
    this.buffers = { bytes: Buffer.alloc(headLength), text: Buffer.alloc(headLength) }
    this.worker = null
    this.task = null
    this.file = null // of the thread's code
    this.broken = null // why the thread cannot go on
  }

  /**
   * Reads what the task names: { result, failure }, `result` up to the failure if there was one.
   * Rejects when its thread breaks down, or with what `onEntries` throws, which is no failure of
   * the file.
   */
  async run (task, onEntries) {
    const scanner = new LogScanner(this.options)
    let fd = 0
    let thrown = null
    const pass = (entries) => {
      try {
        onEntries(entries)
      } catch (error) {
        thrown = { error }
        throw error
      }
    }
    try {
      if (task.file !== '-') fd = await open(task)
      const bytes = await readBytes(fd, task, this.buffers.bytes)
      if (bytes.length === 0) return { result: null }
      if (this.open(scanner, bytes, task)) return { result: await this.readText(scanner, fd, bytes, task, pass) }
      return await this.runInThread({ ...task, fd, head: task.packing === null ? bytes : null }, onEntries)
    } catch (error) {
      if (thrown !== null || error === this.broken) throw error
      return { ...scanner.abandon(), failure: { message: error.message, code: error.code } }
    } finally {
      scanner.close()
      if (fd !== 0) fs.closeSync(fd)
    }
  }

  /** Opens the scanner by the first bytes. False: the native module cannot read on from there. */
  open (scanner, bytes, task) {
    const kind = packing(bytes)
    let text = bytes
    if (!unpacked.has(kind) || !canReadNatively()) return false
    if (kind !== 'plain') {
      const length = native().logUnpack(bytes, kind, this.buffers.text)
      if (length === null || length === 0) return false
      text = this.buffers.text.subarray(0, length)
    }
    scanner.openAt(text, task.from)
    return !scanner.json
  }

  async readText (scanner, fd, bytes, { file, packing: kind, from, to }, onEntries) {
    const isPipe = kind === null
    const end = isPipe || to === Infinity ? Infinity : lineStart(fd, to)
    native().logSource(scanner.handle, fd, packing(bytes), isPipe ? bytes : lineStart(fd, from), end)
    for (;;) {
      const { done, error, entries } = await native().logRead(scanner.handle)
      if (entries.length > 0) onEntries(entries)
      if (error !== 0) throw readError(file, error)
      if (done) return scanner.end().result
    }
  }

  runInThread (task, onEntries) {
    if (this.worker === null) this.startThread()
    return new Promise((resolve, reject) => {
      this.task = { resolve, reject, onEntries }
      this.worker.postMessage(task)
    })
  }

  startThread () {
    try {
      this.file = findWorker()
    } catch (error) {
      this.broken = error // for every file, and not this one's failure
      throw error
    }
    const { Worker } = require('node:worker_threads')
    const pending = new Int32Array(new SharedArrayBuffer(4))
    // what is parsed is dropped at once: a larger nursery is no faster, and takes up to 15 MB more
    const resourceLimits = { maxYoungGenerationSizeMb: 4 }
    this.worker = new Worker(this.file, { resourceLimits, workerData: { options: this.options, pending } })
    const fail = (error) => {
      this.broken = error
      this.task.reject(error)
    }
    this.worker.on('error', fail)
    this.worker.on('exit', () => fail(new Error('the thread that read a log has ended')))
    this.worker.on('message', ({ entries, result, failure }) => {
      if (entries === undefined) return this.task.resolve({ result, failure })
      Atomics.sub(pending, 0, 1)
      Atomics.notify(pending, 0)
      try {
        this.task.onEntries(entries)
      } catch (error) {
        fail(error)
      }
    })
  }

  close () {
    this.worker?.terminate()
  }
}

module.exports = { Lane }
