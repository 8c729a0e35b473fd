'use strict'

// Takes a startup snapshot of argv[2] as argv[3] with this Node, and runs it.

const { spawnSync } = require('node:child_process')

const [entry, blob] = process.argv.slice(2)
for (const args of [['--snapshot-blob', blob, '--build-snapshot', entry], ['--snapshot-blob', blob]]) {
  const { status, signal } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (status !== 0) {
    console.log(`${args.length === 4 ? 'taking' : 'running'} it ended with ${signal ?? status}`)
    process.exit(1)
  }
}
