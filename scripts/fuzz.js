'use strict'

// Compiles a libFuzzer target of test/fuzz with clang, ASan and UBSan, and runs it.
//
//   node scripts/fuzz.js [name] [seconds]     default: conn 60
//
// Findings and the corpus stay in build/fuzz/<name>.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const { coreSources } = require('./ctest')

const root = path.join(__dirname, '..')
const [name = 'conn', seconds = '60'] = process.argv.slice(2)
const dir = path.join(root, 'build', 'fuzz', name)
const program = path.join(dir, 'fuzz')

function run (command, args) {
  const { status, error } = spawnSync(command, args, { cwd: dir, stdio: 'inherit' })
  if (error) throw new Error(`${command} cannot be started: ${error.message}; Debian: apt-get install clang libclang-rt-dev`)
  if (status !== 0) process.exit(status ?? 1)
}

fs.mkdirSync(path.join(dir, 'corpus'), { recursive: true })
run('clang', ['-std=c11', '-g', '-O1', '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all', path.join(root, 'test', 'fuzz', `${name}_fuzz.c`), ...coreSources(), '-o', program])
run(program, ['-max_len=512', `-max_total_time=${seconds}`, '-print_final_stats=1', 'corpus'])
