'use strict'

// The C rules that a machine can check: the format, and the warnings of gcc and clang as
// errors (those of the published build are only warnings). A tool that is not installed is
// named and skipped, unless CI is set.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const common = ['-O2', '-fPIC', '-fsyntax-only', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Wstrict-prototypes', '-Werror']

function list (folder, pattern) {
  return fs.readdirSync(path.join(root, folder)).filter((name) => pattern.test(name)).map((name) => path.join(folder, name))
}

function run (tool, args, what) {
  const { status, stdout, stderr, error } = spawnSync(tool, args, { cwd: root, encoding: 'utf8' })
  if (error?.code === 'ENOENT') {
    console.error(`lint-c: ${tool} is not installed, ${what} not checked`)
    if (process.env.CI) process.exitCode = 1
  } else if (status !== 0) {
    console.error(stdout + stderr)
    process.exitCode = 1
  }
}

/** The folder of node_api.h and uv.h: the headers of the running Node, or /usr/include/node. */
function headers () {
  const prefix = path.join(fs.realpathSync(process.execPath), '..', '..')
  return [path.join(prefix, 'include', 'node'), '/usr/local/include/node', '/usr/include/node'].find((dir) => fs.existsSync(path.join(dir, 'node_api.h')))
}

const core = list('src/core', /\.c$/)
const sys = list('src/sys', /^(?!.*(darwin|mingw)).*\.c$/)
const napi = list('src/napi', /\.c$/)
const wasm = list('src/wasm', /\.c$/)
const all = ['src/core', 'src/sys', 'src/napi', 'src/wasm', 'src/wasm/include', 'test/core', 'test/sys'].flatMap((folder) => list(folder, /\.[ch]$/))
const include = headers()

run('clang-format', ['--dry-run', '-Werror', ...all], 'format')
for (const cc of ['gcc', 'clang']) {
  run(cc, ['-std=c11', '-ffreestanding', '-Wmissing-prototypes', ...common, ...core], 'warnings of src/core')
  if (include === undefined) {
    console.error('lint-c: no headers of Node found, src/sys and src/napi not checked')
    if (process.env.CI) process.exitCode = 1
    continue
  }
  run(cc, ['-std=gnu11', '-Wmissing-prototypes', '-isystem', include, ...common, ...sys], 'warnings of src/sys')
  run(cc, ['-std=gnu11', '-DNAPI_VERSION=8', '-isystem', include, ...common, ...napi], 'warnings of src/napi')
}
run('clang', ['--target=wasm32', '-std=gnu11', '-nostdlibinc', '-fno-builtin', '-mbulk-memory', '-isystem', 'src/wasm/include', '-Wmissing-prototypes', ...common.filter((flag) => flag !== '-fPIC'), ...wasm], 'warnings of src/wasm')
run('cppcheck', ['--quiet', '--error-exitcode=1', '--std=c11', '--enable=warning,portability', '--suppress=missingIncludeSystem', '--inline-suppr', 'src/core'], 'cppcheck')
