'use strict'

// The prebuilt binaries: makes those that this machine can, looks into them, and has each
// loaded and used by a runtime of its own system, emulated where it must be.
//
//   npm run test:prebuilds               on Debian, x64; as root it installs what is missing
//   node test/prebuilds/run.js --here    what is in prebuilds/ for this system, by this Node

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { binaryOf, targets } = require('../../scripts/prebuild-targets')
const { compareSmoke, runSmoke } = require('./drive')
const { removeProjects, root } = require('./install')
const { listHere, listRuntimes, providersOf } = require('./runtimes')
const { installDebian } = require('./tools')

// made twice, from two folders
const reproduced = ['linux-x64', 'win32-x64']

// of ELF, PE and Mach-O
const headerLength = 64

let passed = 0
let failed = 0

function check (what, ok, detail) {
  if (ok) passed++
  else failed++
  console.log(`${ok ? 'ok' : 'not ok'} - ${what}`)
  if (!ok && detail !== undefined) console.log([detail].flat().map((line) => typeof line === 'string' ? line : JSON.stringify(line)).join('\n').replace(/^/gm, '    '))
}

function checkRuntime (row) {
  const startedMs = performance.now()
  const wrong = compareSmoke(row.id, row)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  check(`${row.id} on ${row.runtime}, ${row.system}: ${seconds} s`, wrong.length === 0, wrong)
}

const spoil = (bytes) => Buffer.from(bytes).fill(0, 0, headerLength)

/** The control: a binary without its header must be refused by name, or the other checks say nothing. */
function checkControl (row) {
  const { said } = runSmoke(row.id, row, spoil)
  const isRefused = said.code === 'LBST_E_NATIVE_MISSING' && said.error.includes(`prebuilds/${row.id}`)
  check(`${row.id}, without its header, is refused`, isRefused && compareSmoke(row.id, row, spoil).length > 0, said)
}

/** The same sources in another folder give the same bytes. */
function checkBytes () {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-prebuilds-again-'))
  try {
    for (const part of ['lib/native', 'scripts', 'src']) fs.cpSync(path.join(root, part), path.join(copy, part), { recursive: true })
    execFileSync(process.execPath, [path.join(copy, 'scripts', 'prebuild.js'), ...reproduced], { stdio: ['ignore', 'ignore', 'inherit'] })
    for (const id of reproduced) {
      const [first, again] = [binaryOf(id), path.join(copy, path.relative(root, binaryOf(id)))].map((file) => fs.readFileSync(file))
      check(`${id}: ${first.length} bytes, and the same when made in another folder`, first.equals(again))
    }
  } finally {
    fs.rmSync(copy, { recursive: true, force: true })
  }
}

function runAll () {
  execFileSync(process.execPath, [path.join(root, 'scripts', 'prebuild.js')], { stdio: ['ignore', 'ignore', 'inherit'] })
  const made = Object.keys(targets).filter((id) => targets[id].hosts.includes('linux'))
  const missing = made.filter((id) => !fs.existsSync(binaryOf(id)))
  if (missing.length > 0) throw new Error(`not made: ${missing.join(', ')}; \`npm run prebuild\` says why`)
  const { checkBinary } = require('./binary')
  for (const id of made) {
    for (const [what, ok, detail] of checkBinary(id, providersOf)) check(`${id}: ${what}`, ok, detail)
  }
  checkBytes()
  const rows = listRuntimes()
  for (const id of made) {
    if (!rows.some((row) => row.id === id)) throw new Error(`nothing runs ${id}`)
  }
  checkControl(rows[0])
  for (const row of rows) checkRuntime(row)
}

function runHere () {
  const [native, wasm] = listHere()
  if (!fs.existsSync(binaryOf(native.id))) throw new Error(`prebuilds/${native.id}: there is none; \`node scripts/prebuild.js ${native.id}\` makes it`)
  checkControl(native)
  checkRuntime(native)
  if (fs.existsSync(binaryOf(wasm.id))) checkRuntime(wasm)
  else console.log('# prebuilds/wasm was not made here, and is not tested')
}

function main (args) {
  if (args.some((arg) => arg !== '--here')) throw new Error(`${args.join(' ')}: there is --here, and nothing else`)
  if (args.includes('--here')) return runHere()
  if (process.platform !== 'linux' || process.arch !== 'x64' || !fs.existsSync('/etc/debian_version')) {
    throw new Error('this needs Debian on x64; --here runs what is for this system')
  }
  const missing = installDebian()
  if (missing !== null) throw new Error(missing)
  runAll()
}

try {
  main(process.argv.slice(2))
} catch (error) {
  check('runs to its end', false, error.message)
} finally {
  removeProjects()
}
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0 || passed === 0) process.exitCode = 1
