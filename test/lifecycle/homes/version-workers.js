'use strict'

// One version in the main thread, the other in workers that come and go.

const fs = require('node:fs')
const path = require('node:path')
const { Worker } = require('node:worker_threads')
const http = require('node:http')
const lbst = require('../../..')

const count = 10
const worker = path.join(__dirname, '..', '..', 'fixtures', 'worker.js')
const ends = ['return', 'open', 'exit', 'loop']

function run (end) {
  return new Promise((resolve, reject) => {
    const thread = new Worker(worker, { workerData: { entry: process.argv[2], end } })
    let answer
    thread.once('message', (value) => {
      answer = value
      if (end === 'open' || end === 'loop') thread.terminate()
    })
    thread.once('error', reject)
    thread.once('exit', () => resolve(answer === 65000))
  })
}

async function main () {
  let good = 0
  for (let i = 0; i < count; i++) {
    const { after } = lbst.applyLbSafeTimeouts(http.createServer(), { lb: 'aws-alb' })
    if (await run(ends[i % ends.length]) && after.keepAliveTimeout === 65000) good++
    globalThis.gc()
  }
  fs.writeSync(1, `${good} of ${count} workers\n`)
}

main()
