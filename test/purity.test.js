'use strict'

// The arrow rule of the house, asked of the compiler: src/core is freestanding C that needs
// nothing but four string functions, src/sys alone sees libuv and the OS, src/napi alone
// sees Node-API.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const t = require('tap')
const { compileFreestanding, coreSources } = require('../scripts/ctest')

// what a freestanding compiler may call on its own (memcpy, memset), and string.h
const allowedSymbols = new Set(['memcpy', 'memset', 'memcmp', 'memmove', 'memchr', 'strlen', 'strchr'])
const allowedHeaders = new Set(['stdint.h', 'stdbool.h', 'stddef.h', 'string.h'])

const src = path.join(__dirname, '..', 'src')

function symbols (object, kind) {
  const lines = execFileSync('nm', [kind, object], { encoding: 'utf8' }).split('\n')
  return lines.map((line) => line.trim().split(/\s+/)).filter((words) => words.length >= 2)
}

function files (folder) {
  return fs.readdirSync(path.join(src, folder)).map((name) => path.join(src, folder, name))
}

function includes (file) {
  const text = fs.readFileSync(file, 'utf8')
  return [...text.matchAll(/^#include\s+([<"])([^>"]+)[>"]/gm)].map(([, quote, name]) => ({ system: quote === '<', name }))
}

t.test('src/core compiles freestanding, without Node headers, and needs next to nothing', async (t) => {
  const sources = coreSources()
  t.ok(sources.length >= 8, `${sources.length} sources`)
  const defined = new Set()
  const needed = new Map()
  for (const source of sources) {
    const object = compileFreestanding(source)
    for (const words of symbols(object, '--defined-only')) {
      const [, type, name] = words
      defined.add(name)
      t.notMatch(type, /^[bBdDC]$/, `${path.basename(source)}: ${name} is not mutable data`)
    }
    for (const [, name] of symbols(object, '--undefined-only')) needed.set(name, source)
  }
  for (const [name, source] of needed) {
    t.ok(defined.has(name) || allowedSymbols.has(name), `${path.basename(source)} may call ${name}`)
  }
})

t.test('no arrow points up', async (t) => {
  for (const file of files('core')) {
    for (const { system, name } of includes(file)) {
      t.ok(system ? allowedHeaders.has(name) : !name.includes('/'), `core/${path.basename(file)} may include ${name}`)
    }
  }
  for (const file of files('sys')) {
    for (const { name } of includes(file)) {
      t.notMatch(name, /node_api|napi/, `sys/${path.basename(file)} may include ${name}`)
    }
  }
  for (const file of files('napi')) {
    for (const { name } of includes(file)) {
      t.notMatch(name, /^(uv|sys\/|netinet|linux|windows)/, `napi/${path.basename(file)} may include ${name}`)
    }
  }
})

t.test('no mutable static in src/sys and src/napi', async (t) => {
  for (const file of [...files('sys'), ...files('napi')]) {
    const text = fs.readFileSync(file, 'utf8')
    for (const line of text.match(/^static [^(]*;|^static [^(]*= .*$/gm) ?? []) {
      t.match(line, /^static const /, `${path.basename(file)}: ${line}`)
    }
  }
})

t.test('the module exports its two entry points and nothing else', async (t) => {
  const binary = path.join(__dirname, '..', 'build', 'Release', 'lb_safe_timeouts.node')
  const lines = execFileSync('nm', ['-D', '--defined-only', binary], { encoding: 'utf8' }).trim().split('\n')
  const names = lines.map((line) => line.split(' ').at(-1)).filter((name) => !/^(_init|_fini|__bss_start|_edata|_end)$/.test(name))
  t.same(names.sort(), ['napi_register_module_v1', 'node_api_module_get_api_version_v1'])
})
