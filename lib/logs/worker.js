'use strict'

// The thread of a lane: takes a piece of work, sends what it counted.

const fs = require('node:fs')
const { parentPort, workerData } = require('node:worker_threads')
const { chunksOf, scanPlain, scanStream } = require('./read')
const { LogScanner } = require('./scanner')

// Chunks of packed files.
const readLength = 128 * 1024

// Batches of entries that may be on their way. A scanner is faster than whoever takes its
// entries: without a bound the whole log would wait in memory.
const batchesMax = 8

function sendEntries (entries) {
  const { pending } = workerData
  for (let count = Atomics.load(pending, 0); count >= batchesMax; count = Atomics.load(pending, 0)) {
    Atomics.wait(pending, 0, count)
  }
  Atomics.add(pending, 0, 1)
  parentPort.postMessage({ entries })
}

/** What is refused is not read to its end, and would stay open; also where the thread ends next. */
function close (source) {
  // a pipe is the lane's to close
  if (source.destroy === undefined || source.closed) return
  return new Promise((resolve) => source.destroy().once('close', resolve))
}

async function run ({ file, packing, from, to, fd, head }) {
  const scanner = new LogScanner(workerData.options)
  try {
    if (packing === 'plain') {
      scanPlain(file, { from, to }, scanner, sendEntries)
    } else {
      const source = packing === null ? chunksOf(fd, Buffer.from(head)) : fs.createReadStream(file, { highWaterMark: readLength })
      try {
        await scanStream(source, scanner, sendEntries)
      } finally {
        await close(source)
      }
    }
    const { entries, result } = scanner.end()
    if (entries.length > 0) sendEntries(entries)
    parentPort.postMessage({ result })
  } catch (error) {
    // what was counted before stays: a file that breaks off is still evidence
    const { result } = scanner.abandon()
    parentPort.postMessage({ result, failure: { message: error.message, code: error.code } })
  }
}

parentPort.on('message', (task) => { run(task) })
