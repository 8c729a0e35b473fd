'use strict'

// npm run bench
//
// What this package costs: (a) one call of applyLbSafeTimeouts(), (b) require(), (c) requests
// per second of a server with it. Everything is measured in pairs, with and without, taken in
// turns, and told as a median with its quartiles: one figure alone would show the machine.

const os = require('node:os')
const { measureCall } = require('./call')
const { measureRequire } = require('./require')
const { measureThroughput } = require('./throughput')

function describe (digits, { lower, median, upper }) {
  return `${median.toFixed(digits)} (half of the samples between ${lower.toFixed(digits)} and ${upper.toFixed(digits)})`
}

function tell (name, goal, passed) {
  console.log(`${passed ? 'PASS' : 'FAIL'}  ${name}; goal ${goal}`)
}

async function main () {
  const [cpu] = os.cpus()
  console.log(`${os.cpus().length} x ${cpu.model.trim()}, ${os.type()} ${os.release()} ${process.arch}, Node ${process.versions.node}, load ${os.loadavg()[0].toFixed(2)}\n`)

  const call = measureCall()
  tell(`applyLbSafeTimeouts(): ${describe(1, call)} µs a call`, '< 20 µs', call.median < 20)

  const { empty, added, addedWithCall } = measureRequire()
  tell(`require('lb-safe-timeouts'): ${describe(2, added)} ms on top of an empty script (${empty.median.toFixed(1)} ms)`, '< 5 ms', added.median < 5)
  console.log(`      with an http server and the first call as well, on top of the server alone: ${describe(2, addedWithCall)} ms`)

  const { ratio, cpuRatio, plain, safe } = await measureThroughput()
  // what else runs on the machine takes turns on the processor, but counts in nobody else's time
  tell(`requests per second of processor time, with / without: ${describe(3, cpuRatio)}`, '>= 0.99', cpuRatio.median >= 0.99)
  console.log(`      by the clock: ${describe(3, ratio)}`)
  console.log(`      with: ${Math.round(safe.median)}, without: ${Math.round(plain.median)} requests per second`)
}

main().catch((error) => {
  console.error(`The bench could not run: ${error.message}`)
  process.exitCode = 1
})
