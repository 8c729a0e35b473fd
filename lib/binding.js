'use strict'

// The only place that loads native code. It does so at the first use and not at require: a
// preload or a bundle that never meets a server does not pay for it, and a startup snapshot
// can be taken with this package in it.

const fs = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')

let loaded

/**
 * Whether this process runs on musl, by the loader that its own program names. (A report of
 * the process says it too, but looks up the host name of every open connection first.)
 */
function isMusl () {
  try {
    const head = Buffer.alloc(4096)
    const fd = fs.openSync(process.execPath, 'r')
    try {
      fs.readSync(fd, head, 0, head.length, 0)
    } finally {
      fs.closeSync(fd)
    }
    return head.includes('/ld-musl-')
  } catch {
    return false // only a guess: both are tried
  }
}

/** The names of the prebuilt binaries that may fit here, the likeliest first. */
function listPrebuilds () {
  const name = `${process.platform}-${process.arch}`
  if (process.platform !== 'linux') return [name]
  return isMusl() ? [`${name}-musl`, name] : [name, `${name}-musl`]
}

/**
 * What a checkout has, and what `lb-safe-timeouts build` makes. Not by a require() that a
 * bundler can see: it would miss a file that is in no tarball.
 */
function tryOwnBuild (tried) {
  const name = 'build/Release'
  const file = path.join(__dirname, '..', 'build', 'Release', 'lb_safe_timeouts.node')
  if (!fs.existsSync(file)) {
    tried.push({ name, why: 'nothing was built here' })
    return null
  }
  try {
    return createRequire(__filename)(file)
  } catch (cause) {
    tried.push({ name, why: cause.message, cause })
    return null
  }
}

/**
 * The paths are literal, because bundlers and Next.js take along nothing else; and inside
 * `try`, where they put up with one that is missing.
 */
function tryPrebuild (tried, name) {
  try {
    switch (name) {
      case 'darwin-arm64': return require('../prebuilds/darwin-arm64/lb_safe_timeouts.node')
      case 'darwin-x64': return require('../prebuilds/darwin-x64/lb_safe_timeouts.node')
      case 'linux-arm64': return require('../prebuilds/linux-arm64/lb_safe_timeouts.node')
      case 'linux-arm64-musl': return require('../prebuilds/linux-arm64-musl/lb_safe_timeouts.node')
      case 'linux-x64': return require('../prebuilds/linux-x64/lb_safe_timeouts.node')
      case 'linux-x64-musl': return require('../prebuilds/linux-x64-musl/lb_safe_timeouts.node')
      case 'win32-x64': return require('../prebuilds/win32-x64/lb_safe_timeouts.node')
    }
    tried.push({ name, why: 'there is no prebuilt binary for it' })
  } catch (cause) {
    tried.push({ name: `prebuilds/${name}`, why: cause.message, cause })
  }
  return null
}

function load () {
  const tried = []
  let addon = tryOwnBuild(tried)
  for (const name of listPrebuilds()) addon ??= tryPrebuild(tried, name)
  if (addon !== null) return addon

  // made by hand: the table of codes and classes is what could not be loaded
  const error = new Error(
    'the native module of lb-safe-timeouts could not be loaded ' +
    `(${process.platform}-${process.arch}, Node ${process.versions.node}). Tried: ` +
    tried.map(({ name, why }) => `${name}: ${why.split('\n')[0]}`).join('; '))
  error.code = 'LBST_E_NATIVE_MISSING'
  error.cause = tried.map(({ cause }) => cause).find(Boolean)
  throw error
}

/** The native module. Throws LBST_E_NATIVE_MISSING with the reason when it cannot be loaded. */
function native () {
  loaded ??= load()
  return loaded
}

/** Whether the native module can be loaded here. Never throws. */
function hasNative () {
  try {
    native()
    return true
  } catch {
    return false
  }
}

module.exports = { native, hasNative }
