'use strict'

// The tarball under every package manager, in an empty folder of a machine that has Node and
// nothing else: no compiler, no Python, no settings, no cache. The installation says nothing,
// and what was installed works. The same for http-terminator, to compare time and size.

const fs = require('node:fs')
const path = require('node:path')
const { execFileSync } = require('node:child_process')
const { measure, server, startProgram } = require('./drive')
const { makeProject, pack } = require('./project')
const { nodeOf, toolFile, toolVersion } = require('./tools')

const npm = (name) => ({ name, cli: () => toolFile(name, 'npm', 'bin', 'npm-cli.js'), add: ['install'], isEmpty: true })
const berry = { cli: () => toolFile('yarn-4', '@yarnpkg', 'cli-dist', 'bin', 'yarn.js'), add: ['add'], files: { 'yarn.lock': '' } }

// `noisy`: says that it did not run, or should not have run, a package's install script
const managers = [
  { ...npm('npm-11'), noisy: true },
  { ...npm('npm-12'), noisy: true, quick: true },
  { name: 'pnpm-10', cli: () => toolFile('pnpm-10', 'pnpm', 'bin', 'pnpm.cjs'), add: ['add'], isEmpty: true, noisy: true },
  { name: 'pnpm-12', cli: () => toolFile('pnpm-12', 'pnpm', 'bin', 'pnpm.mjs'), add: ['add'], isEmpty: true, noisy: true, quick: true },
  { name: 'yarn-1', cli: () => toolFile('yarn-1', 'yarn', 'bin', 'yarn.js'), add: ['add'] },
  { ...berry, name: 'yarn-4', title: 'node_modules', env: { YARN_NODE_LINKER: 'node-modules' }, quick: true },
  { ...berry, name: 'yarn-4', title: 'PnP', env: { YARN_NODE_LINKER: 'pnp' }, preload: ['--require', './.pnp.cjs'] }
]

// what no silent installation says
const noise = /warn|\bscripts?\b|approve|ignored|deprecat|must be built|gyp|prebuil/i

/** A folder with nothing in it but what PATH is to find: Node and a shell. */
function makePath (node) {
  const { dir } = makeProject('bin', { manifest: null })
  fs.symlinkSync(node, path.join(dir, 'node'))
  fs.symlinkSync('/bin/sh', path.join(dir, 'sh'))
  return dir
}

function makeEnv (PATH, extra) {
  const HOME = makeProject('home', { manifest: null }).dir
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  return {
    PATH,
    HOME,
    XDG_CACHE_HOME: path.join(HOME, 'cache'),
    XDG_DATA_HOME: path.join(HOME, 'data'),
    npm_config_registry: registry,
    YARN_NPM_REGISTRY_SERVER: registry,
    YARN_ENABLE_GLOBAL_CACHE: '0',
    YARN_ENABLE_TELEMETRY: '0',
    // a newer version of the manager is none of our business
    npm_config_update_notifier: 'false',
    ...extra
  }
}

/** Installs `what` with a manager; returns { project, env, status, stdout, stderr, tookMs, bytes }. */
function install (manager, what, node) {
  const project = makeProject(manager.name, { manifest: manager.isEmpty ? null : {}, files: manager.files })
  const env = makeEnv(makePath(node), manager.env)
  const result = project.run(node, [manager.cli(), ...manager.add, what], { env })
  // PnP has no such folder, and unpacks only what it must
  return { project, env, ...result, bytes: project.size('node_modules') || project.size() }
}

// Yarn says about its own loader, as soon as any package is an ES module (smol-toml is)
const yarnOnItself = /^.*YN0092.*\n|^.*Done with warnings.*\n/gm

function isSilent ({ status, stdout, stderr }) {
  return status === 0 && stderr === '' && !noise.test(stdout.replace(yarnOnItself, ''))
}

async function checkManager (suite, manager, node, noisy) {
  const label = `${manager.name.replace(/-\d+$/, '')} ${toolVersion(manager.name)}${manager.title ? ` (${manager.title})` : ''}`
  const target = (tarball) => manager.name === 'yarn-4' ? `lb-safe-timeouts@file:${tarball}` : tarball
  const ours = install(manager, target(suite.tarball), node)
  suite.check(isSilent(ours), `${label}: installs in silence`, ours.stdout + ours.stderr)
  if (ours.status !== 0) return [label, 'failed', '', '', '']

  const { project, env } = ours
  fs.copyFileSync(server, project.path('server.cjs'))
  const all = manager.name === 'npm-12' ? ['outlast', 'look', 'drain'] : ['outlast']
  const found = await measure((mode) => startProgram(node, [...(manager.preload ?? []), 'server.cjs'], {
    mode, cwd: project.dir, env: { ...env, LOG_FILE: project.path('alb.log') }
  }), { only: all })
  suite.checkServer(label, found, { only: all })

  const theirs = install(manager, 'http-terminator@3.2.0', node)
  if (manager.noisy) {
    const control = install(manager, target(noisy), node)
    suite.check(!isSilent(control), `${label}: is not silent about a package with an install script`, control.stdout)
  }
  const shown = ({ tookMs, bytes }) => [`${(tookMs / 1000).toFixed(1)} s`, `${(bytes / 1e6).toFixed(2)} MB`]
  return [label, ...shown(ours), ...shown(theirs)]
}

async function run (suite) {
  const node = nodeOf(22)
  // the control: the same package with an install script
  const noisy = pack({ scripts: { install: 'node -e 0' } }).tarball
  const probe = makeProject('compiler')
  const found = ['cc', 'gcc', 'g++', 'clang', 'make', 'python3'].filter((tool) => probe.run(tool, ['--version'], { env: { PATH: makePath(node) } }).error === undefined)
  suite.check(found.length === 0, 'no compiler, make or Python in PATH', found)

  const rows = [['package manager', 'time', 'size', 'http-terminator: time', 'size']]
  for (const manager of managers) {
    if (!suite.quick || manager.quick) rows.push(await checkManager(suite, manager, node, noisy))
  }
  suite.table(rows)
}

module.exports = { run }
