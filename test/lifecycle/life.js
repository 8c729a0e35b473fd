'use strict'

// One life: reaches a stage, and ends there in one way. In the main thread, or in workers that
// alone load the native module. argv[2] is JSON: { stage, end, thread, workers, log }.

const fs = require('node:fs')
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads')

const config = isMainThread ? JSON.parse(process.argv[2]) : workerData
const { stage, end, thread, workers } = config
const exitCode = 7

/** Nothing of JavaScript runs in this thread any more, until it is terminated. */
function sleep () {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

const ends = {
  exit: () => process.exit(exitCode),
  throw: () => { throw new Error('the planned end') },
  reject: () => { Promise.reject(new Error('the planned end')) },
  abort: () => process.abort(), // the control: a crash
  kill: () => process.kill(process.pid, 'SIGTERM'),
  // in the middle of what runs now, and between two callbacks
  terminate: () => { parentPort.postMessage('here'); sleep() },
  'terminate later': () => {
    setInterval(() => {}, 1000) // else it may end by itself first
    parentPort.postMessage('here')
  },
  // a loop of our own calls: the end comes inside one of them, with some luck
  'terminate busy': () => {
    const { useAll } = require('./stages')
    parentPort.postMessage('here')
    for (;;) useAll()
  }
}

function live () {
  const { stages, useAll } = require('./stages')
  process.on('exit', () => {
    useAll()
    fs.writeSync(1, 'used at the end\n')
  })
  let isThere = false
  Promise.resolve(stages[stage](() => {
    if (isThere) return
    isThere = true
    fs.writeSync(1, 'there\n')
    ends[end]()
  }, config)).catch((error) => { throw error })
}

function runWorker () {
  return new Promise((resolve) => {
    const worker = new Worker(__filename, { workerData: config, stderr: true })
    let message = null
    worker.stderr.resume()
    worker.on('message', () => worker.terminate())
    worker.on('error', (error) => { message = error.message })
    worker.on('exit', (code) => resolve(`worker ${code} ${message}`))
  })
}

if (!isMainThread || thread === 'main') {
  live()
} else {
  Promise.all(Array.from({ length: workers }, runWorker)).then((results) => {
    fs.writeSync(1, results.join('\n') + '\n')
    // what a worker has left behind would be called now
    globalThis.gc?.()
    setImmediate(() => setImmediate(() => {}))
  })
}
