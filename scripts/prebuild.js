'use strict'

// Makes the prebuilt binaries that go into the tarball: prebuilds/<platform>-<arch>[-musl]/.
//
//   node scripts/prebuild.js              all that this kind of machine can make
//   node scripts/prebuild.js linux-x64    these; one that cannot be made is an error
//
// On Debian, as root, the compilers that are missing are installed.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const { findHeaders } = require('../lib/native/compile')
const { targets, binaryOf } = require('./prebuild-targets')

function isInstalled (tool) {
  return spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined
}

/** The tools that are missing of `wanted` ({ tool: Debian package }), after trying to install them. */
function installTools (wanted) {
  const missing = () => Object.keys(wanted).filter((tool) => !isInstalled(tool))
  if (missing().length > 0 && process.getuid?.() === 0 && isInstalled('apt-get')) {
    const packages = missing().map((tool) => wanted[tool])
    console.error(`prebuild: installing ${packages.join(' ')}`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('sh', ['-c', `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${packages.join(' ')} >/dev/null`], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return missing().map((tool) => `${tool} (${wanted[tool]})`)
}

/** Makes one binary; returns its size, or says why not. */
function prebuild (id, include) {
  const target = targets[id]
  if (!target.hosts.includes(process.platform)) return { why: `made on ${target.hosts.join(' or ')} only` }
  const missing = installTools(target.tools)
  if (missing.length > 0) return { why: `missing: ${missing.join(', ')}` }
  const out = binaryOf(id)
  fs.rmSync(out, { force: true })
  target.make({ out, include })
  return { size: fs.statSync(out).size }
}

function main (ids) {
  const include = findHeaders()
  if (include === undefined) {
    console.error(`prebuild: missing: the headers of Node (node_api.h, uv.h), which were not found near ${process.execPath}`)
    return 1
  }
  const all = ids.length === 0
  let exitCode = 0
  for (const id of all ? Object.keys(targets) : ids) {
    if (!(id in targets)) {
      console.error(`prebuild: '${id}' is none of ${Object.keys(targets).join(', ')}`)
      return 1
    }
    const { size, why } = prebuild(id, include)
    console.log(why === undefined ? `${id}: ${size} bytes` : `${id}: not made (${why})`)
    if (why !== undefined && !all) exitCode = 1
  }
  return exitCode
}

process.exitCode = main(process.argv.slice(2))
