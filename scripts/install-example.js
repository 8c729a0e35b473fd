'use strict'

// Installs the dependencies of an example that has some of its own: frameworks are large, so
// they are not among the root's. Does nothing when what is installed is as new as the manifest.
//
//   node scripts/install-example.js frameworks next-custom-server

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const examples = path.join(__dirname, '..', 'examples')

function modifiedMs (file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** The folder of that example, with its node_modules in place. */
function installExample (name) {
  const dir = path.join(examples, name)
  const installedMs = modifiedMs(path.join(dir, 'node_modules', '.package-lock.json'))
  const manifests = [path.join(dir, 'package.json'), path.join(dir, 'package-lock.json')]
  if (manifests.every((file) => modifiedMs(file) <= installedMs)) return dir
  // Not `npm ci`: it refuses a lock file from which another platform's binaries are missing.
  // No scripts: none of them needs one, and this package is linked as it is, not built again.
  const args = ['install', '--prefix', dir, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, stderr } = spawnSync('npm', args, { cwd: dir, encoding: 'utf8', shell: process.platform === 'win32' })
  if (status !== 0) throw new Error(`the example ${name} could not be installed: ${stderr}`)
  return dir
}

module.exports = { installExample }

if (require.main === module) {
  for (const name of process.argv.slice(2)) console.log(installExample(name))
}
