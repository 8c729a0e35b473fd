'use strict'

// Compiles the native module with one call of a C compiler. There is no library to find and
// nothing to configure, so neither node-gyp nor make nor Python is needed: the prebuilt
// binaries are made by this, and so is one for a platform that has none of them. For
// WebAssembly, src/wasm is what stands in for a C library.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const root = path.join(__dirname, '..', '..')

const name = 'lb_safe_timeouts'

// No build path, time or random number may get into a binary: the same sources and compiler
// give the same bytes.
const common = ['-std=gnu11', '-O2', '-g0', '-fvisibility=hidden', '-fno-ident', '-DNAPI_VERSION=8']

const linkers = {
  // undefined symbols are Node's own; it is there when the module is loaded
  darwin: ['-dynamiclib', '-fPIC', '-undefined', 'dynamic_lookup'],
  // nodelete: an addon that only workers load must not be unmapped under code that still
  // runs. lazy: a runtime without one of the symbols can still load the rest.
  elf: ['-shared', '-fPIC', '-s', '-Wl,--build-id=none', '-Wl,-z,nodelete', '-Wl,-z,lazy'],
  // the linker would make the address from the name of the file, with its folder
  win32: ['-shared', '-s', '-static-libgcc', '-Wl,--no-insert-timestamp', '-Wl,--disable-auto-image-base'],
  // no-builtin: or the loop of strlen would become a call of strlen
  wasm: [
    '-nostdlib', '-nostdlibinc', '-fno-builtin', '-Werror=implicit-function-declaration', '-mbulk-memory', '-mmutable-globals', '-isystem', 'src/wasm/include',
    '-Wl,--no-entry,--export-dynamic,--export=malloc,--export=free,--export-table,--export=__stack_pointer',
    '-Wl,--strip-all,--allow-undefined,-z,stack-size=1048576'
  ]
}

// the parts of src/sys that differ by system; the others have no answer to give
const bySystem = /_(linux|darwin|mingw|none)\.c$/
const systems = {
  linux: ['gate_linux.c', 'sock_linux.c'],
  darwin: ['gate_none.c', 'sock_darwin.c'],
  win32: ['delay_mingw.c', 'gate_none.c', 'sock_none.c'],
  none: ['gate_none.c', 'sock_none.c']
}

// what src/wasm has in its own way
const notForWasm = ['reader.c', 'unpack.c']

/** The C files of a platform, below `root` and in a fixed order. */
function listSources (platform) {
  const all = (folder) => fs.readdirSync(path.join(root, 'src', folder)).filter((file) => file.endsWith('.c')).sort()
  return [
    ...all('core').map((file) => `src/core/${file}`),
    ...all('sys').filter((file) => fits(file, platform)).map((file) => `src/sys/${file}`),
    ...all('napi').map((file) => `src/napi/${file}`),
    ...(platform === 'wasm' ? all('wasm').map((file) => `src/wasm/${file}`) : [])
  ]
}

function fits (file, platform) {
  if (platform === 'wasm' && notForWasm.includes(file)) return false
  return !bySystem.test(file) || (systems[platform] ?? systems.none).includes(file)
}

/** The folder of node_api.h and uv.h, or undefined. */
function findHeaders () {
  const { execPath, versions, env } = process
  const fetched = path.join(os.homedir(), '.cache', 'node-gyp', versions.node) // by node-gyp
  const prefixes = [path.join(fs.realpathSync(execPath), '..', '..'), path.join(execPath, '..', '..'), env.npm_config_nodedir, fetched, '/usr/local', '/usr']
  return prefixes.filter(Boolean).map((prefix) => path.join(prefix, 'include', 'node')).find((dir) => {
    return ['node_api.h', 'uv.h'].every((file) => fs.existsSync(path.join(dir, file)))
  })
}

/**
 * Compiles the module for `platform` to the file `out`. `cc` is the compiler and its first
 * arguments; `flags` come after the common ones. Throws with what the compiler said.
 */
function compile ({ cc, platform, include, out, flags = [] }) {
  const linker = linkers[platform] ?? linkers.elf
  const args = [...cc.slice(1), ...common, ...linker, '-isystem', include, ...listSources(platform), ...flags, '-o', out]
  fs.mkdirSync(path.dirname(out), { recursive: true })
  const { status, stdout, stderr, error } = spawnSync(cc[0], args, { cwd: root, encoding: 'utf8' })
  if (error) throw new Error(`the C compiler '${cc[0]}' cannot be started: ${error.message}`)
  if (status !== 0) throw new Error(`${cc.join(' ')} failed:\n${stdout}${stderr}`)
}

module.exports = { name, root, listSources, findHeaders, compile }
