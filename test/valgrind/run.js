'use strict'

// The native module under valgrind's memcheck: every function of it, with right and wrong
// arguments, logs in the thread pool, models that are collected, and an end with all of it open.
// First a copy with planted bugs must be caught.
//
//   node test/valgrind/run.js [version ...]      default: Node 20 and 22
//
// Only what has a frame of ours on its stack counts: Node has some blocks of its own. Ends with
// 'N passed, N failed'.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { ensureNode } = require('../../scripts/nodes')
const { binaryOf, buildVariant } = require('../../scripts/variant')
const { bugs, plantBugs } = require('../sanitizers/planted')

const flags = ['-g', '-O1', '-fno-omit-frame-pointer']
const secondsMax = 300

/** The reports with a frame of ours, and how it ended. */
function memcheck (node, args, folder) {
  const log = path.join(folder, 'memcheck.log')
  // without JIT: code that is written at run time is what valgrind is slow at, and wrong about
  const run = spawnSync('valgrind', ['--tool=memcheck', '--leak-check=full', '--show-leak-kinds=definite', '--track-origins=no', '--num-callers=30', '--smc-check=all-non-file', `--log-file=${log}`, node, '--jitless', '--expose-gc', ...args], { encoding: 'utf8', timeout: secondsMax * 1000, killSignal: 'SIGKILL' })
  if (run.error?.code === 'ENOENT') throw new Error('valgrind is not installed; Debian: apt-get install valgrind')
  // a report ends with an empty line
  const reports = fs.readFileSync(log, 'utf8').replace(/^==\d+== ?/gm, '').split('\n\n').filter((text) => /lbst_|lb_safe_timeouts\.node/.test(text) && /^\s+at 0x/m.test(text))
  fs.rmSync(log)
  return { ...run, reports }
}

function main () {
  const versions = process.argv.length > 2 ? process.argv.slice(2) : ['20.20.2', '22.23.3']
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-valgrind-'))
  const clean = binaryOf(buildVariant('valgrind', { cflags: flags }))
  const planted = binaryOf(buildVariant('valgrind-planted', { cflags: flags, edit: plantBugs }))
  let passed = 0
  let failed = 0
  const note = (isRight, text) => {
    if (isRight) passed++
    else failed++
    console.log(`${isRight ? 'ok' : 'not ok'} ${text}`)
  }
  const control = ensureNode(versions[0])
  for (const bug of bugs.filter(({ valgrind }) => valgrind !== undefined)) {
    const { reports } = memcheck(control, [path.join(__dirname, '..', 'sanitizers', 'planted.js'), planted, bug.name], folder)
    note(reports.some((report) => bug.valgrind.test(report)), `control: ${bug.name} is reported`)
  }
  for (const version of versions) {
    const startMs = Date.now()
    const { status, signal, stdout, stderr, reports } = memcheck(ensureNode(version), [path.join(__dirname, 'core.js'), clean], folder)
    const seconds = Math.round((Date.now() - startMs) / 1000)
    note(status === 0 && reports.length === 0, `Node ${version}: ${stdout.trim()}, ${reports.length} reports of memcheck, ${seconds} s`)
    if (status === 0) passed += Number(/^(\d+) calls/.exec(stdout)?.[1] ?? 0)
    else console.log(`ended with ${signal ?? status}: ${stderr.slice(0, 2000)}`)
    for (const report of reports) console.log(report)
  }
  fs.rmSync(folder, { recursive: true, force: true })
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

main()
