'use strict'

// Builds the native module in a checkout with npm's own node-gyp or, without make and Python,
// by the compiler alone. No C++ compiler is needed, and no network where Node's headers lie
// beside it.
//
//   node scripts/build.js            builds when a source is newer than the binary
//   node scripts/build.js --force    builds in any case

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { compile } = require('../lib/native/compile')

const root = path.join(__dirname, '..')
const binary = path.join(root, 'build', 'Release', 'lb_safe_timeouts.node')

function newest (dir) {
  return fs.readdirSync(dir, { withFileTypes: true }).reduce((latest, entry) => {
    const file = path.join(dir, entry.name)
    return Math.max(latest, entry.isDirectory() ? newest(file) : fs.statSync(file).mtimeMs)
  }, 0)
}

function isFresh () {
  if (!fs.existsSync(binary)) return false
  const sources = Math.max(newest(path.join(root, 'src')), fs.statSync(path.join(root, 'binding.gyp')).mtimeMs)
  return fs.statSync(binary).mtimeMs >= sources
}

/** The major version of the headers in a prefix, or null where there are none. */
function headersMajor (prefix) {
  try {
    const text = fs.readFileSync(path.join(prefix, 'include', 'node', 'node_version.h'), 'utf8')
    fs.accessSync(path.join(prefix, 'include', 'node', 'uv.h'))
    return Number(/#define NODE_MAJOR_VERSION (\d+)/.exec(text)[1])
  } catch {
    return null
  }
}

/**
 * Where this Node's headers are: the running Node's own prefix first, a configured one only
 * if it is of the same major version. undefined: node-gyp downloads them.
 */
function findNodedir () {
  const wanted = Number(process.versions.node.split('.')[0])
  const prefixes = [
    path.join(fs.realpathSync(process.execPath), '..', '..'),
    path.join(process.execPath, '..', '..'),
    process.env.npm_config_nodedir,
    '/usr/local',
    '/usr'
  ].filter(Boolean)
  return prefixes.find((prefix) => headersMajor(prefix) === wanted)
}

/** npm says where its node-gyp is; started by hand, look inside npm itself. */
function findNodeGyp () {
  const prefix = path.join(fs.realpathSync(process.execPath), '..', '..')
  const npmCli = process.env.npm_execpath
  const inNpm = ['node_modules', 'node-gyp', 'bin', 'node-gyp.js']
  const candidates = [
    process.env.npm_config_node_gyp,
    npmCli && path.join(npmCli, '..', '..', ...inNpm),
    path.join(prefix, 'lib', 'node_modules', 'npm', ...inNpm),
    path.join(prefix, 'node_modules', 'npm', ...inNpm),
    '/usr/share/nodejs/node-gyp/bin/node-gyp.js'
  ]
  return candidates.find((file) => file && fs.existsSync(file))
}

function isInstalled (...tools) {
  return tools.some((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined)
}

/** Why neither node-gyp nor the compiler alone can do it, as far as something is not there. */
function findMissing (nodedir, stderr) {
  const missing = []
  const cc = process.env.CC || 'cc'
  if (process.platform !== 'win32' && !isInstalled(cc)) missing.push(`a C compiler (${cc})`)
  if (nodedir === undefined && /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|response downloading/.test(stderr)) {
    missing.push(`the headers of Node ${process.version}: no include/node beside ${process.execPath}, and nodejs.org could not be asked for them`)
  }
  return missing
}

/** Without make or Python, and so without node-gyp. */
function buildAlone (nodedir) {
  compile({ cc: [process.env.CC || 'cc'], platform: process.platform, include: path.join(nodedir, 'include', 'node'), out: binary })
  return 0
}

function build () {
  const nodeGyp = findNodeGyp()
  if (nodeGyp === undefined) {
    console.error('lb-safe-timeouts: node-gyp was not found; run this through npm: npm run rebuild')
    return 1
  }
  const env = { ...process.env }
  const nodedir = findNodedir()
  delete env.npm_config_nodedir
  if (nodedir !== undefined) env.npm_config_nodedir = nodedir
  // node-gyp links with g++ unless it is told otherwise, and there is no C++ in here
  if (env.LINK === undefined && process.platform !== 'win32') env.LINK = env.CC || 'cc'

  const args = [nodeGyp, 'rebuild', '--loglevel=error']
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })
  if (status === 0 && fs.existsSync(binary)) {
    const warnings = stderr.split('\n').filter((line) => /warning:|error:/.test(line))
    for (const line of warnings) console.error(line)
    if (process.env.CI && warnings.length > 0) return 1
    return 0
  }
  const lacksTools = /find Python/.test(stderr) || !isInstalled('make', 'gmake')
  if (nodedir !== undefined && lacksTools && process.platform !== 'win32' && isInstalled(process.env.CC || 'cc')) return buildAlone(nodedir)
  const missing = findMissing(nodedir, stderr)
  if (missing.length > 0) {
    console.error(`lb-safe-timeouts: the native module cannot be built, missing: ${missing.join('; ')}`)
  } else {
    console.error(stdout, stderr, error ?? '')
    console.error('lb-safe-timeouts: the native module could not be built')
  }
  return status || 1
}

if (process.argv.includes('--force') || !isFresh()) process.exitCode = build()
