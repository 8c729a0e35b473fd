'use strict'

// A rolling restart of cluster workers that loses nothing. SIGHUP restarts them one after
// the other, SIGTERM ends all.
//
//   node examples/drain/cluster.js [worker file]

const cluster = require('node:cluster')
const { once } = require('node:events')
const path = require('node:path')

const workerCount = 2

cluster.setupPrimary({ exec: process.argv[2] ?? path.join(__dirname, 'worker.js') })

/** A new worker that listens. */
async function start () {
  const worker = cluster.fork()
  const [address] = await once(worker, 'listening')
  return { worker, port: address.port }
}

/** First the new one, then the old one: somebody listens all the time. */
async function replace (old) {
  await start()
  const gone = once(old, 'exit')
  old.process.kill('SIGTERM') // worker.kill() would only disconnect it
  await gone
}

async function main () {
  const started = await Promise.all(Array.from({ length: workerCount }, start))
  console.log(`listening on ${started[0].port}`)

  let isBusy = false
  process.on('SIGHUP', async () => {
    if (isBusy) return
    isBusy = true
    for (const worker of Object.values(cluster.workers)) await replace(worker)
    isBusy = false
    console.log('restarted')
  })

  process.on('SIGTERM', async () => {
    const workers = Object.values(cluster.workers)
    const gone = Promise.all(workers.map((worker) => once(worker, 'exit')))
    for (const worker of workers) worker.process.kill('SIGTERM')
    await gone
    process.exit()
  })
}

main()
