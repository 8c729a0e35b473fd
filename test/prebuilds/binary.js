'use strict'

// What can be read from a binary without running it.

const fs = require('node:fs')
const os = require('node:os')
const { binaryOf } = require('../../scripts/prebuild-targets')
const { root } = require('./install')
const { run } = require('./tools')

// Node 18's own
const glibcMax = [2, 28]
const windowsLibraries = ['KERNEL32.dll', 'msvcrt.dll', 'node.exe']

/** The dynamic symbols of an ELF file: { name, version, isNeeded, isWeak }. */
function symbolsOf (file) {
  return run('readelf', ['--wide', '--dyn-syms', file]).split('\n').map((line) => line.trim().split(/\s+/))
    .filter((fields) => /^\d+:$/.test(fields[0]) && fields.length >= 8)
    .map(([, , , , binding, , section, symbol]) => {
      const [name, version] = symbol.split(/@+/)
      return { name, version, isNeeded: section === 'UND', isWeak: binding === 'WEAK' }
    })
}

/** The newest version of glibc that a binary asks for, as [2, x]; null where it asks for none. */
function glibcOf (file) {
  const versions = symbolsOf(file).flatMap(({ version, isNeeded }) => {
    const [, minor] = /^GLIBC_2\.(\d+)/.exec(isNeeded ? version : '') ?? []
    return minor === undefined ? [] : [Number(minor)]
  })
  return versions.length === 0 ? null : [2, Math.max(...versions)]
}

function librariesOf (id) {
  if (id === 'win32-x64') return [...run('x86_64-w64-mingw32-objdump', ['-p', binaryOf(id)]).matchAll(/DLL Name: (\S+)/g)].map(([, name]) => name)
  return [...run('readelf', ['--wide', '--dynamic', binaryOf(id)]).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name)
}

/** What the binary needs and none of `providers` has; glibc's by their versions are not asked for. */
function unresolved (id, providers) {
  const offered = new Set(providers.flatMap(symbolsOf).filter(({ isNeeded }) => !isNeeded).map(({ name }) => name))
  const needed = symbolsOf(binaryOf(id)).filter(({ name, version, isNeeded, isWeak }) => isNeeded && !isWeak && name && !/^GLIBC_/.test(version))
  if (needed.length === 0) throw new Error(`${id} needs no symbol: it was not read`)
  return needed.map(({ name }) => name).filter((name) => !offered.has(name))
}

/** What is in `bytes` of the machine that made them. */
function machineWords (bytes) {
  return [root, os.homedir(), os.tmpdir(), 'src/core', 'src\\core'].filter((word) => bytes.includes(word))
}

/** Checks of one binary, as [what, ok, detail]. */
function checkBinary (id, providersOf) {
  const rows = []
  const bytes = id === 'wasm' ? Buffer.from(require(binaryOf(id)), 'base64') : fs.readFileSync(binaryOf(id))
  const planted = Buffer.concat([bytes, Buffer.from(root)])
  rows.push(['no path of the machine that made it', machineWords(bytes).length === 0 && machineWords(planted).includes(root), machineWords(bytes)])
  if (id === 'win32-x64') {
    const libraries = librariesOf(id)
    rows.push([`needs ${libraries.join(' and ')}, and no library of the compiler's`, libraries.length > 0 && libraries.every((name) => windowsLibraries.includes(name)), libraries])
  }
  if (!id.startsWith('linux')) return rows
  const missing = unresolved(id, providersOf(id))
  rows.push(['every symbol that it needs is in Node 18 or its C library', missing.length === 0, missing])
  const [libraries, glibc] = [librariesOf(id), glibcOf(binaryOf(id))]
  if (id.endsWith('-musl')) {
    rows.push(['names no library, and asks for no glibc', libraries.length === 0 && glibc === null, { libraries, glibc }])
  } else {
    rows.push([`asks for glibc ${glibc?.join('.')}, at most ${glibcMax.join('.')}`, glibc !== null && glibc[1] <= glibcMax[1], glibc])
  }
  return rows
}

module.exports = { checkBinary }
