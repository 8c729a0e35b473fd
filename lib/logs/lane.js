'use strict'

// One piece of work after the other. Text, plain or packed, is read and scanned by the native
// module in libuv's thread pool. What is piped in or JSON, or cannot be unpacked by the native
// module in this process, goes through streams and JSON.parse, and so to a thread of its own,
// which is started only for that.

const fs = require('node:fs')
const path = require('node:path')
const { getSystemErrorName } = require('node:util')
const { hasNative, native } = require('../binding')
const { createError } = require('../errors')
const { otherRuntime } = require('../runtime')
const { headLength } = require('./formats')
const { lineStart } = require('./read')
const { LogScanner } = require('./scanner')

function readError (file, errno) {
  const code = getSystemErrorName(errno)
  // the words that Node's own streams have for these
  if (code === 'EOF') return Object.assign(new Error('unexpected end of file'), { code: 'Z_BUF_ERROR' })
  if (code === 'EPROTO') return Object.assign(new Error('what is packed is broken'), { code: 'Z_DATA_ERROR' })
  return Object.assign(new Error(`${code}: read '${file}'`), { code, errno, syscall: 'read' })
}

async function readOpen (fd, { file, packing, from, to }, scanner, onEntries) {
  native().logSource(scanner.handle, fd, packing, lineStart(fd, from), to === Infinity ? Infinity : lineStart(fd, to))
  for (;;) {
    const { done, error, entries } = await native().logRead(scanner.handle)
    if (entries.length > 0) onEntries(entries)
    if (error !== 0) throw readError(file, error)
    if (done) return scanner.end().result
  }
}

/** The beginning of the text, in `heads` (there may be thousands of files); null: not here. */
function readHead (fd, packing, heads) {
  const bytes = heads.read.subarray(0, fs.readSync(fd, heads.read, 0, headLength, 0))
  if (packing === 'plain') return bytes
  const length = native().logUnpack(bytes, packing, heads.unpacked)
  return length === null ? null : heads.unpacked.subarray(0, length)
}

/**
 * What was counted, up to a failure if there was one: { result, failure }; null for what is left
 * to a thread.
 */
async function readText (task, options, heads, onEntries) {
  const scanner = new LogScanner(options)
  let fd = null
  try {
    fd = fs.openSync(task.file, 'r')
    const head = readHead(fd, task.packing, heads)
    if (head?.length === 0 && task.packing === 'plain') return { result: null }
    if (head === null || head.length === 0) return null
    scanner.openAt(head, task.from)
    if (scanner.json) return null
    return { result: await readOpen(fd, task, scanner, onEntries) }
  } catch (error) {
    return { ...scanner.abandon(), failure: { message: error.message, code: error.code } }
  } finally {
    scanner.close()
    if (fd !== null) fs.closeSync(fd)
  }
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
    this.heads = { read: Buffer.alloc(headLength), unpacked: Buffer.alloc(headLength) }
    this.worker = null
    this.task = null
  }

  /**
   * Reads what the task names: { result, failure }. Rejects when its thread breaks down, or with
   * what `onEntries` throws, which is no failure of the file.
   */
  async run (task, onEntries) {
    let thrown = null
    const outcome = !unpacked.has(task.packing) || !canReadNatively()
      ? null
      : await readText(task, this.options, this.heads, (entries) => {
        try {
          onEntries(entries)
        } catch (error) {
          thrown = { error }
          throw error
        }
      })
    if (thrown !== null) throw thrown.error
    return outcome ?? this.runInThread(task, onEntries)
  }

  runInThread (task, onEntries) {
    if (this.worker === null) this.startThread()
    return new Promise((resolve, reject) => {
      this.task = { resolve, reject, onEntries }
      this.worker.postMessage(task)
    })
  }

  startThread () {
    const { Worker } = require('node:worker_threads')
    const pending = new Int32Array(new SharedArrayBuffer(4))
    this.worker = new Worker(findWorker(), { workerData: { options: this.options, pending } })
    this.worker.on('error', (error) => this.task.reject(error))
    this.worker.on('exit', () => this.task.reject(new Error('the thread that read a log has ended')))
    this.worker.on('message', ({ entries, result, failure }) => {
      if (entries === undefined) return this.task.resolve({ result, failure })
      Atomics.sub(pending, 0, 1)
      Atomics.notify(pending, 0)
      try {
        this.task.onEntries(entries)
      } catch (error) {
        this.task.reject(error)
      }
    })
  }

  close () {
    this.worker?.terminate()
  }
}

module.exports = { Lane }
