'use strict'

// `npm test` and `npm run demo` work on a fresh clone: what is missing is installed and
// built first. Does nothing, in a few ms, when all is there.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')

function run (command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) process.exit(status ?? 1)
}

if (!fs.existsSync(path.join(root, 'node_modules', '.package-lock.json'))) {
  console.error('lb-safe-timeouts: first run, installing the development dependencies (npm ci)')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}
run(process.execPath, [path.join(__dirname, 'build.js')])
