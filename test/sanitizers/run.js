'use strict'

// The JavaScript tests with a native module that has ASan, UBSan and LSan in it. They run in a
// copy of the checkout and know nothing of it; every process that they start is checked as
// well. First a copy with planted bugs must be caught: a check that finds nothing proves
// nothing until it has found something.
//
//   node test/sanitizers/run.js                       all tests, Node 20 and 26
//   node test/sanitizers/run.js --quick               those that ask most of native code, Node 26
//   node test/sanitizers/run.js --nodes 22.23.3 plan guard
//
// Ends with 'N passed, N failed'.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { parseArgs } = require('node:util')
const { ensureNode } = require('../../scripts/nodes')
const { binaryOf, buildSanitized } = require('../../scripts/variant')
const { sanitizerEnv } = require('./env')
const { bugs, plantBugs } = require('./planted')

// they ask the C compiler, the type checker or npm, and load no native code
const withoutNative = new Set(['core', 'package', 'purity', 'types'])
// they measure how soon a process is gone, and a search for leaks at its end takes seconds
const timed = new Set(['drain-signals'])
const quick = ['apply', 'lifecycle', 'logs', 'model', 'sock', 'hostile']

// of one file; tap itself would stop at 30 s
const fileSecondsMax = 600

function listTests (root, names) {
  const all = fs.readdirSync(path.join(root, 'test')).filter((name) => name.endsWith('.test.js')).map((name) => name.slice(0, -'.test.js'.length))
  return all.filter((name) => names === null ? !withoutNative.has(name) : names.includes(name))
}

/** Whether we asked for the memory, or Node-API for us; and not V8, for a page in passing. */
function isOurLeak (stack) {
  const frames = stack.split('\n').filter((line) => /^\s*#\d+ /.test(line))
  const ours = frames.findIndex((frame) => /lbst_|lb_safe_timeouts\.node|\/src\/napi\//.test(frame))
  return ours !== -1 && !frames.slice(0, ours).some((frame) => frame.includes('v8::'))
}

/**
 * What processes that ran Node have written of errors, and of leaks that have a frame of ours
 * on their stack. Other programs have leaks of their own, and so has Node where it ends in the
 * middle of a garbage collection.
 */
function readReports (folder) {
  const reports = fs.readdirSync(folder).filter((name) => /^report\.node(-\w+)?\.\d+$/.test(name)).map((name) => {
    const text = fs.readFileSync(path.join(folder, name), 'utf8')
    fs.rmSync(path.join(folder, name))
    return text
  })
  return reports.filter((text) => !text.includes('LeakSanitizer') || text.split(' leak of ').slice(1).some(isOurLeak))
}

function headline (report) {
  return report.split('\n').filter((line) => /ERROR|SUMMARY|runtime error| #[0-6] /.test(line)).slice(0, 12).join('\n')
}

/** Every planted bug must end in a report of its kind; the same calls without them in none. */
function checkControl (node, folder) {
  let failed = 0
  const binaries = { planted: binaryOf(buildSanitized('asan-planted', { edit: plantBugs })), clean: binaryOf(buildSanitized()) }
  for (const [kind, binary] of Object.entries(binaries)) {
    for (const bug of bugs) {
      spawnSync(node, ['--expose-gc', path.join(__dirname, 'planted.js'), binary, bug.name], { env: sanitizerEnv({ folder }), encoding: 'utf8' })
      const reports = readReports(folder)
      const isFound = reports.some((report) => bug.report.test(report))
      const isRight = kind === 'planted' ? isFound : reports.length === 0
      if (!isRight) failed++
      console.log(`${isRight ? 'ok' : 'not ok'} control, ${kind}: ${bug.name} ${reports.length === 0 ? 'not reported' : isFound ? 'reported' : headline(reports.join('\n'))}`)
    }
  }
  return { passed: 2 * bugs.length - failed, failed }
}

function runFile (node, dir, name, folder) {
  const startMs = Date.now()
  const env = sanitizerEnv({ folder, leaks: !timed.has(name), env: { ...process.env, TAP_TIMEOUT: String(fileSecondsMax) } })
  const { status, signal, stdout } = spawnSync(node, [path.join(dir, 'test', `${name}.test.js`)], {
    cwd: dir, env, encoding: 'utf8', maxBuffer: 1 << 28, timeout: fileSecondsMax * 1000, killSignal: 'SIGKILL'
  })
  const totals = /^# \{ total: (\d+), pass: (\d+)/m.exec(stdout) ?? [null, 0, 0]
  const reports = readReports(folder)
  // a process that died says nothing of what it did not reach: at least one failure
  const failed = (status === 0 ? 0 : Math.max(1, Number(totals[1]) - Number(totals[2]))) + reports.length
  return { passed: Number(totals[2]), failed, reports, stdout, how: signal ?? status, seconds: Math.round((Date.now() - startMs) / 1000) }
}

function main () {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' }, nodes: { type: 'string' } } })
  const versions = values.nodes?.split(',') ?? (values.quick ? ['26.10.0'] : ['20.20.2', '26.10.0'])
  const names = positionals.length > 0 ? positionals : values.quick ? quick : null
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-sanitizers-'))
  const dir = buildSanitized()
  const sum = checkControl(ensureNode(versions[0]), folder)
  for (const version of versions) {
    for (const name of listTests(dir, names)) {
      const { passed, failed, reports, stdout, how, seconds } = runFile(ensureNode(version), dir, name, folder)
      sum.passed += passed
      sum.failed += failed
      console.log(`${failed === 0 ? 'ok' : 'not ok'} Node ${version} ${name}: ${passed} passed, ${failed} failed, ${reports.length} reports of a sanitizer, ${seconds} s`)
      if (failed === 0) continue
      console.log(`ended with ${how}\n${stdout.split('\n').filter((line) => /not ok/.test(line)).join('\n')}`)
      for (const report of reports) console.log(headline(report))
    }
  }
  fs.rmSync(folder, { recursive: true, force: true })
  console.log(`${sum.passed} passed, ${sum.failed} failed`)
  process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1
}

main()
