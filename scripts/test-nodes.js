'use strict'

// The API tests on every supported line of Node, all with the same binary of the addon.
//
//   node scripts/test-nodes.js [version ...]
//
// Prints one line per version and file, and a total in the form 'N passed, N failed'.

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const { lines, ensureNode } = require('./nodes')

// those that ask the running Node; the others ask the C compiler or the type checker
const files = ['apply', 'mistakes', 'plan', 'lifecycle', 'esm', 'sock', 'examples', 'model', 'cli', 'metadata', 'guard', 'last-look', 'evidence', 'register', 'drain', 'drain-signals', 'drain-tls', 'logs', 'doctor-pid', 'logs-reader', 'report-logs', 'drain-unix', 'realm', 'per-request', 'hostile', 'metadata-edges', 'wasm']

// the slowest takes half a minute on a busy machine
const fileMsMax = 180000

const versions = process.argv.length > 2 ? process.argv.slice(2) : lines
let passed = 0
let failed = 0

for (const version of versions) {
  const node = ensureNode(version)
  for (const file of files) {
    const { status, stdout, error } = spawnSync(node, [path.join(__dirname, '..', 'test', `${file}.test.js`)], { encoding: 'utf8', timeout: fileMsMax, killSignal: 'SIGKILL', maxBuffer: Infinity })
    const totals = /^# \{ total: (\d+), pass: (\d+)/m.exec(stdout) ?? [null, 0, 0]
    const pass = Number(totals[2])
    // a process that died says nothing of what it did not reach: at least one failure
    const fail = status === 0 ? 0 : Math.max(1, Number(totals[1]) - pass)
    passed += pass
    failed += fail
    console.log(`${fail === 0 ? 'ok' : 'not ok'} Node ${version} ${file}: ${pass} passed, ${fail} failed`)
    if (error !== undefined) console.log(`  ended after ${fileMsMax / 1000} s: ${error.code}`)
    if (fail > 0) console.log(stdout.split('\n').filter((line) => /not ok/.test(line)).join('\n'))
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
