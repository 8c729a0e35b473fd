'use strict'

// The test files of the package, with WebAssembly in place of the native module. All that
// fails must be in the list below with its reason, and all that is in the list must fail: what
// is lost without a binary is known, and is no more than that.
//
//   npm run test:wasm

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const { ensureWasm } = require('../support/wasm')

const fileMsMax = 120e3

// file -> its subtests that cannot pass, and why
const expected = {
  apply: { 'AWS ALB: 65 s, 66 s, requestTimeout as it was': 'the report says native: false' },
  plan: { native: 'it says false' },
  model: {},
  logs: {},
  'logs-json': {},
  guard: { 'a second copy of the package': 'the copy in this test has no WebAssembly' },
  mistakes: {},
  metadata: {},
  register: {},
  doctor: {},
  report: {},
  cli: {},
  evidence: {
    "the peer's idle timeout is learned from the kernel, http": 'nobody asks the kernel',
    "the peer's idle timeout is learned from the kernel, https": 'nobody asks the kernel'
  },
  'last-look': {
    'a request that came during a stall is answered': 'answered, but nobody knows that a look saved it',
    'a Unix domain socket': 'as above',
    'keepAliveTimeout changes while connections idle': 'what is paused is read in no poll phase'
  },
  drain: {
    'every state of a connection, and the report': 'the gate of the listening socket is the kernel\'s'
  },
  'drain-tls': {},
  'drain-signals': {}
}

/** The names of the subtests that failed, and how many assertions passed. */
function runFile (name) {
  const file = path.join(__dirname, '..', `${name}.test.js`)
  const { stdout, error } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: fileMsMax, env: { ...process.env, LB_SAFE_TIMEOUTS_NATIVE: 'off' } })
  if (error) throw error
  const failed = [...stdout.matchAll(/^not ok \d+ - (.*?)(?: # time=.*)?$/gm)].map(([, subtest]) => subtest)
  const totals = /^# \{ total: \d+, pass: (\d+)/m.exec(stdout)
  if (totals === null) throw new Error(`${name}: it did not end\n${stdout.slice(-2000)}`)
  return { failed, count: Number(totals[1]) }
}

function main (names) {
  const missing = ensureWasm()
  if (missing !== null) {
    console.error(missing)
    return 1
  }
  let passed = 0
  let wrong = 0
  for (const name of names) {
    const { failed, count } = runFile(name)
    const known = Object.keys(expected[name])
    const surprising = failed.filter((subtest) => !known.includes(subtest))
    const better = known.filter((subtest) => !failed.includes(subtest))
    console.log(`${surprising.length + better.length === 0 ? 'ok' : 'not ok'} - ${name}: ${count} assertions pass`)
    for (const subtest of known) console.log(`    without the native module: ${subtest} (${expected[name][subtest]})`)
    for (const subtest of surprising) console.log(`    fails: ${subtest}`)
    for (const subtest of better) console.log(`    passes, but is expected to fail: ${subtest}`)
    passed += count
    wrong += surprising.length + better.length
  }
  console.log(`${passed} passed, ${wrong} failed`)
  return wrong === 0 ? 0 : 1
}

process.exitCode = main(process.argv.length > 2 ? process.argv.slice(2) : Object.keys(expected))
