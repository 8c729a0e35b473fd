'use strict'

// Every call of Node-API and every malloc() in src/napi fails in turn, for every function of
// the native module: the first, then the second, and so on until the function gets through.
// In three ways: with an error status; with an exception; and with all calls after it refused
// as well, as when an environment goes away. Nothing may crash (the build has ASan and UBSan
// in it, and variables that nobody wrote to hold a pattern), the first two must end in an
// exception with a code, and a server must be as it was.
//
//   node test/faults/run.js [version ...]        default: this Node
//
// Ends with 'N passed, N failed'.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const modes = ['status', 'throw', 'stay']

// they tell of a failure: where they fail too, there is nobody left to tell
const telling = new Set(['napi_throw', 'napi_throw_error', 'napi_throw_type_error', 'napi_throw_range_error', 'napi_is_exception_pending', 'napi_get_and_clear_last_exception', 'napi_get_last_error_info'])
// cannot fail for a value that exists; lbst_napi_is() takes a failure as "of another type"
const asking = new Set(['napi_typeof'])
// without memory it answers null, and zlib of Node does its work
const optional = new Set(['logUnpack malloc'])
// give back what is there, and cannot fail
const giving = new Set(['napi_delete_reference', 'napi_delete_async_work'])

/** The functions of Node-API that src/napi calls. */
function findCalls (root) {
  const folder = path.join(root, 'src', 'napi')
  const calls = new Set()
  for (const name of fs.readdirSync(folder)) {
    const text = fs.readFileSync(path.join(folder, name), 'utf8').replace(/\/\*[^]*?\*\//g, '')
    for (const [, call] of text.matchAll(/(?<![A-Za-z_])(napi_[a-z0-9_]+)\(/g)) calls.add(call)
  }
  return [...calls].sort()
}

function build () {
  const { buildSanitized, binaryOf, folder, root } = require('../../scripts/variant')
  const out = path.join(folder, 'faults-object')
  const calls = findCalls(root).filter((name) => name !== 'napi_define_properties' && !giving.has(name))
  const macro = (name) => `#define ${name}(env, ...) (lbst_fault_take(env, "${name}") != napi_ok ? napi_generic_failure : ${name}(env, __VA_ARGS__))`
  const header = [...calls.map(macro), '#define napi_define_properties(env, object, count, properties) lbst_fault_define(env, object, count, properties)', ''].join('\n')
  fs.mkdirSync(out, { recursive: true })
  const file = path.join(out, 'fault_calls.h')
  if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== header) fs.writeFileSync(file, header)
  const dir = buildSanitized('faults', {
    cflags: ['-ftrivial-auto-var-init=pattern', '-include', path.join(root, 'test', 'faults', 'fault.h'), `-I${out}`],
    // the copy's own source of the faults becomes one of the module's
    edit: (copy) => {
      const gyp = path.join(copy, 'binding.gyp')
      fs.writeFileSync(gyp, fs.readFileSync(gyp, 'utf8').replace("'src/napi/addon.c',", "'src/napi/addon.c', 'test/faults/fault.c',"))
    }
  })
  return { binary: binaryOf(dir), calls: calls.length + 1 }
}

// ---- in the child: one version, all functions -----------------------------------------------

/** What became of a promise, when all that the pool's one thread had to do is done. */
async function settled (promise) {
  let outcome = { kind: 'never settled' }
  promise.then(() => { outcome = { kind: 'resolved' } }, (error) => { outcome = { kind: 'rejected', error } })
  for (let i = 0; i < 2; i++) await fs.promises.stat(__dirname)
  await new Promise((resolve) => setImmediate(resolve))
  return outcome
}

async function inject (native, row, at, mode) {
  const args = row.args()
  native.faultArm(at, modes.indexOf(mode))
  let error
  let threw = false
  let pending = false
  try {
    const result = native[row.name](...args)
    if (row.async && result instanceof Promise) {
      const outcome = await settled(result)
      pending = outcome.kind === 'never settled'
      if (outcome.kind === 'rejected') throw outcome.error
    }
  } catch (caught) {
    threw = true
    error = caught
  }
  const taken = native.faultTaken()
  const problems = []
  if (pending && mode !== 'stay') problems.push('a promise was never settled')
  if (taken !== undefined) {
    if (mode !== 'stay') {
      if (!threw && !telling.has(taken) && !asking.has(taken) && !optional.has(`${row.name} ${taken}`)) problems.push('no exception')
      if (threw && !/^(LBST_E_[A-Z_]+|INJECTED)$/.test(error?.code)) problems.push(`an error without a code: ${error?.stack}`)
      try {
        // what cannot say that it failed cannot be expected to know that; and in a call that
        // fails of itself the fault may be in the very write that puts a value back
        const isSecond = row.fails && taken === 'napi_set_named_property'
        if (threw && !telling.has(taken) && !isSecond) row.verify(args)
      } catch (problem) {
        problems.push(`not as before: ${problem.message.split('\n')[0]}`)
      }
    }
  } else if (threw !== row.fails) {
    problems.push(`without a fault it ${threw ? `throws ${error.message}` : 'does not throw'}`)
  }
  try {
    row.done(args)
  } catch (problem) {
    problems.push(`cannot be given back: ${problem.message}`)
  }
  return { taken, problems }
}

async function runChild (binary) {
  const { nativeCalls, openDescriptors } = require('../support/native-calls')
  const native = require(binary)
  const descriptors = await openDescriptors()
  const rows = nativeCalls(native, descriptors)
  const missing = Object.keys(native).filter((name) => !rows.some((row) => row.name === name))
  const result = { functions: Object.keys(native).length, rows: rows.length, points: 0, mallocs: 0, names: new Set(), failures: missing.map((name) => `${name} is in no row`) }
  for (const [index, row] of rows.entries()) {
    for (const mode of modes) {
      for (let at = 1; ; at++) {
        const { taken, problems } = await inject(native, row, at, mode)
        for (const problem of problems) result.failures.push(`row ${index} ${row.name}, ${mode} at call ${at} (${taken}): ${problem}`)
        if (taken === undefined) break
        result.points++
        result.names.add(taken)
        if (taken === 'malloc') result.mallocs++
        // whatever failed, the module still works
        if (at % 16 === 0 && native.lbList().length === 0) result.failures.push(`row ${index} ${row.name}: the catalogue is gone`)
      }
    }
    globalThis.gc?.()
  }
  descriptors.close()
  process.stdout.write(JSON.stringify({ ...result, names: [...result.names] }))
}

function main () {
  const { ensureNode } = require('../../scripts/nodes')
  const { sanitizerEnv } = require('../sanitizers/env')
  const versions = process.argv.length > 2 ? process.argv.slice(2) : [process.versions.node]
  const { binary, calls } = build()
  let passed = 0
  let failed = 0
  for (const version of versions) {
    const { status, signal, stdout, stderr } = spawnSync(ensureNode(version), ['--expose-gc', __filename, '--child', binary], { encoding: 'utf8', env: { ...sanitizerEnv({ toStderr: true }), UV_THREADPOOL_SIZE: '1' }, maxBuffer: 1 << 28 })
    let result
    try {
      result = JSON.parse(stdout)
    } catch {
      result = { functions: 0, rows: 0, points: 0, mallocs: 0, names: [], failures: [] }
    }
    if (status !== 0 || signal !== null) result.failures.push(`ended with ${signal ?? status}: ${stderr.trim().split('\n').slice(0, 40).join('\n')}`)
    // the check that could not fail if no fault were ever injected
    if (result.points < 1000 || result.mallocs === 0) result.failures.push(`only ${result.points} faults were injected, ${result.mallocs} of them in malloc()`)
    for (const failure of result.failures) console.log(`not ok ${failure}`)
    console.log(`Node ${version}: ${result.functions} functions, ${result.rows} calls of them; ${result.points} faults injected in ${result.names.length} of ${calls + 1} functions that can fail, ${result.mallocs} of them in malloc(); ${result.failures.length} failures`)
    passed += result.points
    failed += result.failures.length
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

if (process.argv[2] === '--child') runChild(process.argv[3])
else main()
