'use strict'

// The module as WebAssembly, for tests: made when it is missing or older than its sources.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { root, findHeaders } = require('../../lib/native/compile')
const { targets, binaryOf } = require('../../scripts/prebuild-targets')

function newestMs (dir) {
  return Math.max(...fs.readdirSync(dir, { withFileTypes: true }).map((entry) => {
    const file = path.join(dir, entry.name)
    return entry.isDirectory() ? newestMs(file) : fs.statSync(file).mtimeMs
  }))
}

/** Makes it where needed; returns what is missing for that, or null. */
function ensureWasm () {
  const out = binaryOf('wasm')
  const sourcesMs = Math.max(newestMs(path.join(root, 'src')), fs.statSync(path.join(root, 'lib', 'native', 'compile.js')).mtimeMs)
  if (fs.existsSync(out) && fs.statSync(out).mtimeMs >= sourcesMs) return null
  const missing = Object.keys(targets.wasm.tools).filter((tool) => spawnSync(tool, ['--version']).error)
  const include = findHeaders()
  if (include === undefined) missing.push('node_api.h')
  if (missing.length > 0) return `missing: ${missing.join(', ')}`
  targets.wasm.make({ out, include })
  return null
}

module.exports = { ensureWasm }
