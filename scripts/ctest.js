'use strict'

// Compiles a C test, with ASan and UBSan unless told otherwise, and returns the program's
// path. The core needs no header of Node's: that is part of what is tested. CTEST_FLAGS
// replaces the sanitizers (scripts/coverage.js).
//
// test/core/<name>_test.c is about the core; test/sys/<name>_test.c about src/sys/<name>.c,
// whose name ends in the system that it is for.
//
//   node scripts/ctest.js          compiles and runs all of both
//   CC=clang node scripts/ctest.js

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const out = path.join(root, 'build', 'ctest')
const coreDir = path.join(root, 'src', 'core')
const sysDir = path.join(root, 'src', 'sys')
const coreTestDir = path.join(root, 'test', 'core')
const sysTestDir = path.join(root, 'test', 'sys')

const warnings = ['-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Wstrict-prototypes', '-Wmissing-prototypes', '-Werror']
const sanitizers = process.env.CTEST_FLAGS?.split(' ') ?? ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer', '-g', '-O1']

function compile (args, cwd) {
  const cc = process.env.CC || 'cc'
  const { status, stderr, error } = spawnSync(cc, args, { encoding: 'utf8', cwd })
  if (error) throw new Error(`the C compiler '${cc}' cannot be started: ${error.message}`)
  if (status !== 0) throw new Error(`${cc} ${args.join(' ')}\n${stderr}`)
}

function coreSources () {
  return fs.readdirSync(coreDir).filter((name) => name.endsWith('.c')).map((name) => path.join(coreDir, name))
}

function namesIn (folder) {
  return fs.readdirSync(folder).filter((name) => name.endsWith('_test.c')).map((name) => name.slice(0, -'_test.c'.length)).sort()
}

/** The names of all C tests that this system can run, without _test.c. */
function testNames () {
  return [...namesIn(coreTestDir), ...namesIn(sysTestDir).filter((name) => name.endsWith(`_${process.platform}`))]
}

let objects

/** The core's objects with the sanitizers in them, compiled once for all tests. */
function coreObjects () {
  if (objects === undefined) {
    const dir = path.join(out, 'core')
    fs.mkdirSync(dir, { recursive: true })
    compile(['-std=c11', ...warnings, ...sanitizers, '-c', ...coreSources()], dir)
    objects = coreSources().map((source) => path.join(dir, `${path.basename(source, '.c')}.o`))
  }
  return objects
}

/** Compiles <name>_test.c with the whole core, and with its part of src/sys; returns the program's path. */
function compileTest (name) {
  const program = path.join(out, `${name}_test`)
  const source = path.join(coreTestDir, `${name}_test.c`)
  const sources = fs.existsSync(source) ? [source] : ['-D_GNU_SOURCE', path.join(sysTestDir, `${name}_test.c`), path.join(sysDir, `${name}.c`)]
  fs.mkdirSync(out, { recursive: true })
  compile(['-std=c11', ...warnings, ...sanitizers, ...sources, ...coreObjects(), '-lm', '-o', program])
  return program
}

/**
 * Compiles one core source as the freestanding C that it must be; returns the object's path.
 * Without PIC, so that a constant table of pointers is read-only data to nm as well.
 */
function compileFreestanding (source) {
  const object = path.join(out, path.basename(source, '.c') + '.o')
  fs.mkdirSync(out, { recursive: true })
  compile(['-std=c11', '-ffreestanding', '-fno-pic', '-O2', ...warnings, '-c', source, '-o', object])
  return object
}

module.exports = { testNames, compileTest, compileFreestanding, coreSources }

if (require.main === module) {
  for (const name of testNames()) {
    const { status, stdout, stderr } = spawnSync(compileTest(name), { encoding: 'utf8' })
    const failed = stdout.split('\n').filter((line) => line.startsWith('not ok') || line.startsWith('# '))
    console.log(`${status === 0 ? 'ok' : 'not ok'} ${name}: ${stdout.split('\n').filter((line) => line.startsWith('ok')).length} assertions`)
    if (status !== 0) {
      console.log(failed.join('\n'), stderr)
      process.exitCode = 1
    }
  }
}
