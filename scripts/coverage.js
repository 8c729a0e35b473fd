'use strict'

// Which lines and branches the tests run:  npm run coverage [-- --html]
//
// A copy of the checkout is built with the compiler's counters, the C tests and all of
// test/*.test.js are run in it, and two reports are made: src by gcovr (Debian package), from
// the C tests and the JavaScript tests together, and lib by c8. Thresholds: 95 % of the lines
// and 90 % of the branches of src/core and of lib. Ends with 'N passed, N failed'.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const dir = path.join(root, 'build', 'coverage')
const tree = path.join(dir, 'tree')
const v8Dir = path.join(dir, 'v8')
const html = process.argv.includes('--html')
const testTimeoutMs = 300000 // a test takes a fraction of it: only against one that hangs

const minLines = 95
const minBranches = 90

const counters = '--coverage -O0 -g -fprofile-update=atomic'

// what these ask is how the module is built, and here it is built otherwise
const asksCompiler = ['core.test.js', 'package.test.js', 'purity.test.js', 'types.test.js']

let passed = 0
let failed = 0

function run (command, args, options = {}) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, { cwd: tree, encoding: 'utf8', maxBuffer: 2 ** 28, ...options })
  if (error?.code === 'ENOENT') throw new Error(`${command} is not installed`)
  return { status: status ?? signal, stdout, stderr }
}

function tell (name, ok, detail = '') {
  if (ok) passed++
  else failed++
  console.log(`${ok ? 'ok' : 'not ok'} ${name}${detail}`)
}

/** The files of the checkout, committed or not, as they are now. */
function copyTree () {
  fs.rmSync(dir, { recursive: true, force: true })
  const { stdout } = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const file of stdout.split('\0').filter((name) => name && fs.existsSync(path.join(root, name)))) {
    fs.mkdirSync(path.dirname(path.join(tree, file)), { recursive: true })
    fs.copyFileSync(path.join(root, file), path.join(tree, file))
  }
  for (const name of ['node_modules', '.cache']) {
    if (fs.existsSync(path.join(root, name))) fs.symlinkSync(path.join(root, name), path.join(tree, name))
  }
}

function build () {
  const env = { ...process.env, CFLAGS: counters, LDFLAGS: '--coverage' }
  const { status, stderr } = run(process.execPath, ['scripts/build.js', '--force'], { env })
  if (status !== 0) throw new Error(`the build with counters failed: ${stderr}`)
}

function runCTests () {
  const { status, stdout } = run(process.execPath, ['scripts/ctest.js'], { env: { ...process.env, CTEST_FLAGS: counters } })
  tell('the C tests', status === 0, status === 0 ? '' : `\n${stdout}`)
}

function runTest (file) {
  const env = { ...process.env, NODE_V8_COVERAGE: v8Dir }
  const { status, stdout } = run(process.execPath, [path.join('test', file)], { env, timeout: testTimeoutMs })
  const wrong = stdout.split('\n').filter((line) => /^\s*not ok/.test(line)).slice(0, 5)
  tell(file, status === 0, status === 0 ? '' : ` (${status})\n${wrong.join('\n')}`)
}

function reportC () {
  const core = `${tree}/src/core/`.replace(/[^\w/]/g, '\\$&') // a regular expression
  const args = ['--root', tree, '--object-directory', path.join(tree, 'build'), '--filter', core,
    // the compiler counts one case more than an enum has
    '--exclude-unreachable-branches', '--exclude-throw-branches',
    '--fail-under-line', String(minLines), '--fail-under-branch', String(minBranches),
    '--json-summary', path.join(dir, 'c.json'), '--txt', path.join(dir, 'c.txt')]
  if (html) args.push('--html-details', path.join(dir, 'c.html'))
  const { status, stderr } = run('gcovr', args)
  if (!fs.existsSync(path.join(dir, 'c.json'))) throw new Error(`gcovr: ${stderr}`)
  const { line_percent: lines, branch_percent: branches, files } = JSON.parse(fs.readFileSync(path.join(dir, 'c.json'), 'utf8'))
  for (const { filename, line_percent: l, branch_percent: b } of files) console.log(`  ${filename.padEnd(28)} ${l} % of lines, ${b ?? '-'} % of branches`)
  tell('src/core', status === 0, `: ${lines} % of lines, ${branches} % of branches`)
}

function reportJs () {
  const c8 = require.resolve('c8/bin/c8.js', { paths: [root] })
  const args = [c8, 'report', '--temp-directory', v8Dir, '--reports-dir', path.join(dir, 'js'), '--merge-async', '--all',
    '--include', 'lib/**', '--reporter', 'text', '--reporter', html ? 'html' : 'json-summary',
    '--check-coverage', '--lines', String(minLines), '--branches', String(minBranches), '--functions', '0', '--statements', '0']
  const { status, stdout, stderr } = run(process.execPath, args)
  console.log(stdout)
  const totals = /^All files\s*\|\s*([\d.]+)\s*\|\s*([\d.]+)\s*\|\s*[\d.]+\s*\|\s*([\d.]+)/m.exec(stdout)
  if (totals === null) throw new Error(`c8: ${stderr}`)
  tell('lib', status === 0, `: ${totals[3]} % of lines, ${totals[2]} % of branches`)
}

copyTree()
build()
runCTests()
const files = fs.readdirSync(path.join(tree, 'test')).filter((name) => name.endsWith('.test.js'))
for (const file of files.filter((name) => !asksCompiler.includes(name))) runTest(file)
reportC()
reportJs()
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
