'use strict'

// Static analysis of src/: gcc -fanalyzer, clang --analyze, clang-tidy and cppcheck. A finding
// is fixed in the source, or its check is named below with the reason why it is none.
//
//   node scripts/analyze-c.js [gcc | clang | clang-tidy | cppcheck ...]
//
// Ends with 'N passed, N failed': a tool's verdict on a file is one check.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')

// what this machine cannot compile: no headers of macOS or Windows
const foreign = new Set(['src/sys/sock_darwin.c', 'src/sys/delay_mingw.c'])

const tidyChecks = [
  '-*', 'clang-analyzer-*', 'bugprone-*', 'cert-*',
  '-bugprone-easily-swappable-parameters', // names say which is which; sizes beside counts are everywhere
  '-bugprone-branch-clone', // a switch over the rows of an X-macro: equal rows are facts
  '-bugprone-macro-parentheses', // fields and types in the X-macros of node.def, where none can stand
  '-bugprone-implicit-widening-of-multiplication-result', // constants, and digits of a clock
  '-bugprone-narrowing-conversions', // spell.c folds an ASCII letter
  '-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling' // asks for memcpy_s, which no libc here has
]

function sources () {
  return ['src/core', 'src/sys', 'src/napi'].flatMap((folder) => fs.readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.c')).map((name) => `${folder}/${name}`)).filter((name) => !foreign.has(name))
}

function findHeaders () {
  const prefix = path.join(fs.realpathSync(process.execPath), '..', '..')
  const found = [path.join(prefix, 'include', 'node'), '/usr/local/include/node', '/usr/include/node'].find((dir) => fs.existsSync(path.join(dir, 'node_api.h')))
  if (found === undefined) throw new Error('no headers of Node were found')
  return found
}

const flags = ['-std=gnu11', '-DNAPI_VERSION=8', '-isystem', findHeaders()]

const tools = {
  gcc: (file) => ['gcc', ['-fanalyzer', '-O1', ...flags, '-c', file, '-o', '/dev/null']],
  clang: (file) => ['clang', ['--analyze', '-Xclang', '-analyzer-output=text', '-o', '/dev/null', ...flags, file]],
  'clang-tidy': (file) => ['clang-tidy', ['--quiet', `--checks=${tidyChecks.join()}`, file, '--', ...flags]],
  // bind_doctor.c lends an array to what fills it
  cppcheck: (file) => ['cppcheck', ['--quiet', '--std=c11', '--enable=warning,portability,performance', '--suppress=missingIncludeSystem', '--suppress=legacyUninitvar:src/napi/bind_doctor.c', '--inline-suppr', '--template={file}:{line}: warning: {message} [{id}]', file]]
}

let passed = 0
let failed = 0
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(tools)
for (const name of wanted) {
  const startMs = Date.now()
  let findings = 0
  for (const file of sources()) {
    const [command, args] = tools[name](file)
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
    if (error) throw new Error(`${command} cannot be started: ${error.message}`)
    const found = (stdout + stderr).split('\n').filter((line) => /: (warning|error): /.test(line))
    if (found.length === 0 && status === 0) {
      passed++
      continue
    }
    failed++
    findings += found.length
    console.log(found.length === 0 ? `${command} ${file} ended with ${status}\n${stderr}` : found.join('\n'))
  }
  console.log(`${findings === 0 ? 'ok' : 'not ok'} ${name}: ${sources().length} files, ${findings} findings, ${Math.round((Date.now() - startMs) / 1000)} s`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
