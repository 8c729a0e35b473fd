'use strict'

// What test/valgrind/run.js runs: argv[2] is the native module. Prints how many calls it made.

const fs = require('node:fs')
const path = require('node:path')
const { nativeCalls, openDescriptors } = require('../support/native-calls')

const native = require(process.argv[2])
const rounds = 3
const fixtures = path.join(__dirname, '..', 'fixtures', 'logs')
let calls = 0

function call (name, ...args) {
  calls++
  return native[name](...args)
}

async function callAll (rows) {
  for (const row of rows) {
    const args = row.args()
    try {
      const result = call(row.name, ...args)
      if (row.async) await result
    } catch (error) {
      if (!row.fails) throw error
    }
    row.done(args)
  }
}

/** Every fixture as a log of every format: what fits and what does not. */
function scanAll () {
  const formats = fs.readdirSync(fixtures).map((name) => path.parse(name).name)
  for (const name of formats) {
    const data = fs.readFileSync(path.join(fixtures, `${name}.txt`))
    call('logDetect', data)
    for (const format of new Set([name, 'nginx-access', 'alb'])) {
      let handle
      try {
        handle = call('logOpen', { format, record: false, logFormat: '', entries: 'all', evidence: 3, sinceMs: null, untilMs: null })
      } catch {
        continue // of JSON alone
      }
      for (let at = 0; at < data.length;) {
        const { consumed, entries } = call('logScan', handle, data.subarray(at), true)
        at += consumed
        if (entries.length === 0) break
      }
      call('logResult', handle)
      call('logClose', handle)
    }
  }
}

function runModels () {
  for (let i = 0; i < 200; i++) {
    const handle = call('connCreate', { keepAliveTimeout: i * 10 }, i % 2 ? '22.19.0' : '18.20.8', 0, Infinity)
    call('connEvent', handle, 0, i)
    call('connAdvance', handle, i * 1000)
    if (i % 50 === 0) globalThis.gc()
  }
}

async function main () {
  const descriptors = await openDescriptors()
  const rows = nativeCalls(native, descriptors)
  for (let i = 0; i < rounds; i++) await callAll(rows)
  scanAll()
  runModels()
  globalThis.gc()
  descriptors.close()
  // what is open now is the environment's to free
  native.logOpen({ format: 'alb', record: false, logFormat: '', entries: 'all', evidence: 3, sinceMs: null, untilMs: null })
  console.log(`${calls} calls`)
}

main()
