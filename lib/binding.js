'use strict'

// The only place that loads native code, or what stands in for it. It does so at the first use
// and not at require: a preload or a bundle that never meets a server does not pay for it, and
// a startup snapshot can be taken with this package in it.

const fs = require('node:fs')
const path = require('node:path')

let loaded // { binding, isNative }

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
  if (typeof __dirname !== 'string') return null // bundled into an ES module
  const file = path.join(__dirname, '..', 'build', 'Release', 'lb_safe_timeouts.node')
  if (!fs.existsSync(file)) {
    tried.push({ name, why: 'nothing was built here' })
    return null
  }
  try {
    return require('node:module').createRequire(__filename)(file)
  } catch (cause) {
    tried.push({ name, why: cause.message, cause })
    return null
  }
}

/**
 * What a bundler makes of require('x.node') is the module; or, with a loader for files, the
 * name of the file that it has put beside the bundle; or something else in its place.
 */
function open (found) {
  if (typeof found.policyPlan === 'function') return found
  if (typeof found !== 'string') throw new Error('the bundler has left it out')
  // an ES module has no __dirname; the program itself is the bundle then
  const dir = typeof __dirname === 'string' ? __dirname : path.dirname(process.argv[1])
  const opened = { exports: {} }
  process.dlopen(opened, path.resolve(dir, found))
  return opened.exports
}

/**
 * The paths are literal, because bundlers and Next.js take along nothing else; and inside
 * `try`, where they put up with one that is missing.
 */
function tryPrebuild (tried, name) {
  try {
    switch (name) {
      case 'darwin-arm64': return open(require('../prebuilds/darwin-arm64/lb_safe_timeouts.node'))
      case 'darwin-x64': return open(require('../prebuilds/darwin-x64/lb_safe_timeouts.node'))
      case 'linux-arm64': return open(require('../prebuilds/linux-arm64/lb_safe_timeouts.node'))
      case 'linux-arm64-musl': return open(require('../prebuilds/linux-arm64-musl/lb_safe_timeouts.node'))
      case 'linux-x64': return open(require('../prebuilds/linux-x64/lb_safe_timeouts.node'))
      case 'linux-x64-musl': return open(require('../prebuilds/linux-x64-musl/lb_safe_timeouts.node'))
      case 'win32-x64': return open(require('../prebuilds/win32-x64/lb_safe_timeouts.node'))
    }
    tried.push({ name, why: 'there is no prebuilt binary for it' })
  } catch (cause) {
    tried.push({ name: `prebuilds/${name}`, why: cause.message, cause })
  }
  return null
}

/**
 * Whether the variable `name` says `word`, and not `unset`, which is as good as no variable. All
 * else is a mistake. The error is made by hand: the table of codes and classes is not loaded yet.
 */
function isSet (name, word, unset = '') {
  const value = process.env[name]
  if (value === word) return true
  if (value === undefined || value === '' || value === unset) return false
  const error = new TypeError(`environment variable ${name} must be '${word}' or not set, got '${value}'`)
  error.code = 'LBST_E_INVALID_TYPE'
  throw error
}

function isOff () {
  return isSet('LB_SAFE_TIMEOUTS_NATIVE', 'off')
}

function loadAddon (tried) {
  if (isOff()) {
    tried.push({ name: 'LB_SAFE_TIMEOUTS_NATIVE', why: 'off' })
    return null
  }
  let addon = tryOwnBuild(tried)
  for (const name of listPrebuilds()) addon ??= tryPrebuild(tried, name)
  return addon
}

function describe (tried) {
  return 'the native module of lb-safe-timeouts could not be loaded ' +
    `(${process.platform}-${process.arch}, Node ${process.versions.node}). Tried: ` +
    tried.map(({ name, why }) => `${name}: ${why.split('\n')[0]}`).join('; ')
}

/** Made by hand: the table of codes and classes is what could not be loaded. */
function createMissing (tried) {
  const error = new Error(`${describe(tried)}. \`npx lb-safe-timeouts build\` compiles it`)
  error.code = 'LBST_E_NATIVE_MISSING'
  error.cause = tried.map(({ cause }) => cause).find(Boolean)
  return error
}

/** Once in a process, and not where it was asked for, or where no line of ours is wanted. */
function warn (tried) {
  if (isOff() || process.env.LB_SAFE_TIMEOUTS_LOG === 'off' || !require('./once').isFirst('native')) return
  process.emitWarning(
    `${describe(tried)}. Its rules run as WebAssembly instead, timeouts are set as ever, but ` +
    'nobody asks the kernel before an idle connection is closed. `npx lb-safe-timeouts build` ' +
    'compiles it; LB_SAFE_TIMEOUTS_REQUIRE_NATIVE=1 makes this an error',
    { code: 'LBST_W_NO_NATIVE' })
}

function load () {
  const tried = []
  const isRequired = isSet('LB_SAFE_TIMEOUTS_REQUIRE_NATIVE', '1', '0')
  const addon = loadAddon(tried)
  if (addon !== null) return { binding: require('./realm').adopt(addon), isNative: true }
  if (isRequired) throw createMissing(tried)
  try {
    const binding = require('./wasm').loadWasm()
    warn(tried)
    return { binding, isNative: false }
  } catch (cause) {
    tried.push({ name: 'WebAssembly', why: cause.message, cause })
    throw createMissing(tried)
  }
}

/**
 * The native module, or the same by WebAssembly where it cannot be loaded. Throws
 * LBST_E_NATIVE_MISSING with all that was tried when there is neither.
 */
function native () {
  loaded ??= load()
  return loaded.binding
}

/** Whether the native module itself can be loaded here. Never throws. */
function hasNative () {
  try {
    native()
    return loaded.isNative
  } catch {
    return false
  }
}

module.exports = { native, hasNative }
