'use strict'

// The prebuilt binaries, and the module as WebAssembly: where each can be made, with what, and
// how.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { name, root, compile, listSources } = require('../lib/native/compile')

/** The file of one prebuilt binary. */
function binaryOf (id) {
  return path.join(root, 'prebuilds', id, `${name}.${id === 'wasm' ? 'js' : 'node'}`)
}

// A musl binary names no C library: its few symbols are bound to the one that the process has
// already, which on a musl system is musl. So no musl compiler is needed.
const noLibc = ['-nostdlib']

const targets = {
  'linux-x64': gcc('x86_64-linux-gnu-gcc', 'gcc'),
  'linux-x64-musl': gcc('x86_64-linux-gnu-gcc', 'gcc', noLibc),
  'linux-arm64': gcc('aarch64-linux-gnu-gcc', 'gcc-aarch64-linux-gnu'),
  'linux-arm64-musl': gcc('aarch64-linux-gnu-gcc', 'gcc-aarch64-linux-gnu', noLibc),
  'win32-x64': {
    hosts: ['linux'],
    tools: { 'x86_64-w64-mingw32-gcc': 'gcc-mingw-w64-x86-64', 'x86_64-w64-mingw32-dlltool': 'binutils-mingw-w64-x86-64' },
    make: makeWin32
  },
  'darwin-x64': clang('x86_64'),
  'darwin-arm64': clang('arm64'),
  wasm: {
    hosts: ['linux', 'darwin'],
    tools: { clang: 'clang', 'wasm-ld': 'lld' },
    make: makeWasm
  }
}

function gcc (tool, debianPackage, flags) {
  return {
    hosts: ['linux'],
    tools: { [tool]: debianPackage },
    make: ({ out, include }) => compile({ cc: [tool], platform: 'linux', include, out, flags })
  }
}

function clang (arch) {
  return {
    hosts: ['darwin'],
    tools: { clang: 'Xcode command line tools' },
    make: ({ out, include }) => compile({ cc: ['clang', '-arch', arch, '-mmacosx-version-min=11.0'], platform: 'darwin', include, out })
  }
}

/** A Windows module must name the program that has its symbols: an import library for it. */
function makeWin32 ({ out, include }) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-win32-'))
  try {
    const headers = ['js_native_api.h', 'node_api.h'].map((file) => fs.readFileSync(path.join(include, file), 'utf8')).join('')
    const symbols = [...headers.matchAll(/NAPI_CDECL\s+(napi_\w+)\(/g)].map(([, symbol]) => symbol)
    const list = path.join(dir, 'node.def')
    const library = path.join(dir, 'libnode.a')
    const sources = listSources('win32').map((file) => fs.readFileSync(path.join(root, file), 'utf8')).join('')
    const libuv = [...sources.matchAll(/\b(uv_\w+)\(/g)].map(([, symbol]) => symbol)
    fs.writeFileSync(list, ['LIBRARY node.exe', 'EXPORTS', ...new Set([...symbols, ...libuv]), ''].join('\n'))
    execFileSync('x86_64-w64-mingw32-dlltool', ['--input-def', list, '--output-delaylib', library])
    compile({ cc: ['x86_64-w64-mingw32-gcc'], platform: 'win32', include, out, flags: [library] })
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
}

/** As text in a JavaScript file, which every bundler takes along. */
function makeWasm ({ out, include }) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-wasm-'))
  try {
    const file = path.join(dir, `${name}.wasm`)
    compile({ cc: ['clang', '--target=wasm32'], platform: 'wasm', include, out: file })
    const base64 = fs.readFileSync(file).toString('base64')
    fs.mkdirSync(path.dirname(out), { recursive: true })
    fs.writeFileSync(out, `'use strict'\n\n// src/ as WebAssembly, made by scripts/prebuild.js\nmodule.exports = '${base64}'\n`)
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
}

module.exports = { targets, binaryOf }
