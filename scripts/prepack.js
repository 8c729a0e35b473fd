'use strict'

// Runs before `npm pack` and `npm publish`. A tarball without one of its binaries, or with
// one that is older than its sources, is not published; packed it can be, to be tested, and
// it is said what is missing.

const fs = require('node:fs')
const path = require('node:path')
const { root } = require('../lib/native/compile')
const { targets, binaryOf } = require('./prebuild-targets')

function newestSourceMs () {
  const files = fs.readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Math.max(...files.map((entry) => fs.statSync(path.join(entry.parentPath ?? entry.path, entry.name)).mtimeMs))
}

const sourcesMs = newestSourceMs()
const ids = Object.keys(targets)
const missing = ids.filter((id) => !fs.existsSync(binaryOf(id)))
const stale = ids.filter((id) => !missing.includes(id) && fs.statSync(binaryOf(id)).mtimeMs < sourcesMs)
const complaints = []
if (missing.length > 0) complaints.push(`missing: ${missing.join(', ')}`)
if (stale.length > 0) complaints.push(`older than src/: ${stale.join(', ')}`)

if (complaints.length > 0) {
  const publishing = process.env.npm_command === 'publish'
  console.error(`lb-safe-timeouts: prebuilt binaries ${complaints.join('; ')}. \`npm run prebuild\` makes what this machine can` +
    (publishing ? '; not published' : '; packed without them, not to be published'))
  if (publishing || stale.length > 0) process.exitCode = 1
}
