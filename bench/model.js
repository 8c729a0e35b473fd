'use strict'

// What an event of the timer model costs: in C (bench/model.c), across Node-API, and with the
// checks of lib/model.js. Best of five rounds each.
//
//   npm run bench:model

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const { native } = require('../lib/binding')
const { createConnectionModel } = require('../lib/model')

const root = path.join(__dirname, '..')
const events = ['bytes', 'headers-complete', 'request-complete', 'response-finish']
const requests = 100000
const rounds = 5

function runC () {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-bench-'))
  const program = path.join(dir, 'model')
  try {
    const sources = ['bench/model.c', 'src/core/conn.c', 'src/core/due.c', 'src/core/rules.c', 'src/core/node.c'].map((file) => path.join(root, file))
    const { status, stderr } = spawnSync('cc', ['-std=gnu11', '-O2', ...sources, '-o', program], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    process.stdout.write(spawnSync(program, { encoding: 'utf8' }).stdout)
  } finally {
    fs.rmSync(dir, { recursive: true })
  }
}

/** ns per call of `step(name, index, atMs)`, which gets a fresh connection's events. */
function measure (prepare) {
  let best = Infinity
  for (let round = 0; round < rounds; round++) {
    const step = prepare()
    const started = process.hrtime.bigint()
    for (let i = 1; i <= requests; i++) {
      for (let j = 0; j < events.length; j++) step(events[j], j, i)
    }
    best = Math.min(best, Number(process.hrtime.bigint() - started) / (requests * events.length))
  }
  return best
}

runC()
const addon = native()
const numbers = events.map((name) => addon.connEvents().indexOf(name))

const overNapi = measure(() => {
  const handle = addon.connCreate({}, '22', 0, Infinity)
  addon.connEvent(handle, addon.connEvents().indexOf('open'), 0)
  return (name, index, atMs) => addon.connEvent(handle, numbers[index], atMs)
})
const inJs = measure(() => {
  const model = createConnectionModel({}, { nodeVersion: '22' })
  model.event('open', 0)
  return (name, index, atMs) => model.event(name, atMs)
})
console.log(`Node-API: ${overNapi.toFixed(0)} ns per connEvent (${(1e3 / overNapi).toFixed(1)} million per second)`)
console.log(`lib/model.js: ${inJs.toFixed(0)} ns per model.event (${(1e3 / inJs).toFixed(1)} million per second)`)
