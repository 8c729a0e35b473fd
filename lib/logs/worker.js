'use strict'

// One thread of the pool: takes a piece of work, sends what it counted.

const fs = require('node:fs')
const { parentPort, workerData } = require('node:worker_threads')
const { scanPlain, scanStream } = require('./read')
const { LogScanner } = require('./scanner')

// Chunks of packed files and of stdin.
const readLength = 1024 * 1024

async function run ({ id, file, packing, from, to }) {
  const scanner = new LogScanner(workerData.options)
  const onEntries = (entries) => parentPort.postMessage({ id, entries })
  try {
    if (packing === 'plain') {
      scanPlain(file, { from, to }, scanner, onEntries)
    } else {
      const source = file === '-' ? fs.createReadStream(null, { fd: 0, autoClose: false, highWaterMark: readLength }) : fs.createReadStream(file, { highWaterMark: readLength })
      await scanStream(source, scanner, onEntries)
    }
    const { entries, result } = scanner.end()
    if (entries.length > 0) onEntries(entries)
    parentPort.postMessage({ id, done: true, result })
  } catch (error) {
    // what was counted before stays: a file that breaks off is still evidence
    const { result } = scanner.abandon()
    parentPort.postMessage({ id, done: true, result, failure: { message: error.message, code: error.code } })
  }
}

parentPort.on('message', (task) => { run(task) })
