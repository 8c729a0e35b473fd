'use strict'

// Other people's programs that this suite runs: from Debian, and from npm into
// .cache/prebuilds. A version is pinned: a binary that fails on a new one is a decision.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const cache = path.join(__dirname, '..', '..', '.cache', 'prebuilds')

// a program, or a file that it needs -> its package. The compilers are scripts/prebuild.js's.
const debian = {
  '/usr/bin/readelf': 'binutils',
  '/usr/bin/qemu-aarch64': 'qemu-user',
  '/usr/aarch64-linux-gnu/lib/libc.so.6': 'libc6-arm64-cross',
  '/usr/aarch64-linux-gnu/lib/libatomic.so.1': 'libatomic1-arm64-cross',
  '/usr/aarch64-linux-gnu/lib/libstdc++.so.6': 'libstdc++6-arm64-cross',
  '/usr/lib/wine/wine64': 'wine64'
}

/** What is missing of it on this machine, after trying to install it; null: nothing. */
function installDebian () {
  const missing = () => Object.keys(debian).filter((file) => !fs.existsSync(file)).map((file) => debian[file])
  if (missing().length > 0 && process.getuid() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    console.log(`# installing ${missing().join(' ')}`)
    spawnSync('sh', ['-c', `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${missing().join(' ')} >/dev/null`], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return missing().length === 0 ? null : `missing Debian packages: ${missing().join(' ')}`
}

// Node has many symbols
const outputMax = 1 << 28

function run (command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: outputMax })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stdout + stderr}`)
  return stdout
}

/** The folder of an npm package that is made for another system, too; no script of it runs. */
function ensurePackage (name, version) {
  const prefix = path.join(cache, `${name}@${version}`.replace(/\//g, '+'))
  const folder = path.join(prefix, 'node_modules', name)
  if (!fs.existsSync(path.join(prefix, 'node_modules', '.package-lock.json'))) {
    fs.mkdirSync(prefix, { recursive: true })
    fs.writeFileSync(path.join(prefix, 'package.json'), '{ "private": true }\n')
    // force: its system or processor is not this one
    run('npm', ['install', '--force', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`], prefix)
  }
  return folder
}

/** The folder of Debian's musl for an architecture; dpkg is told nothing of it. */
function ensureMusl (architecture) {
  const folder = path.join(cache, `musl-${architecture}`)
  if (!fs.existsSync(path.join(folder, 'root'))) {
    fs.rmSync(folder, { recursive: true, force: true })
    for (const part of ['state/lists/partial', 'cache/archives/partial']) fs.mkdirSync(path.join(folder, part), { recursive: true })
    fs.writeFileSync(path.join(folder, 'status'), '')
    const options = [
      `APT::Architecture=${architecture}`, `APT::Architectures=${architecture}`, 'APT::Sandbox::User=root',
      `Dir::State=${folder}/state`, `Dir::State::status=${folder}/status`, `Dir::Cache=${folder}/cache`
    ].flatMap((option) => ['-o', option])
    run('apt-get', [...options, '-qq', 'update'], folder)
    run('apt-get', [...options, '-qq', 'download', 'musl'], folder)
    const file = fs.readdirSync(folder).find((name) => name.endsWith('.deb'))
    run('dpkg', ['-x', file, 'unpacked'], folder)
    for (const part of ['state', 'cache']) fs.rmSync(path.join(folder, part), { recursive: true })
    fs.renameSync(path.join(folder, 'unpacked'), path.join(folder, 'root')) // last: it is whole
  }
  return path.join(folder, 'root')
}

module.exports = { cache, ensureMusl, ensurePackage, installDebian, run }
