'use strict'

// The tarball, packed once, and a user's project: an empty folder far from this checkout.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const root = path.join(__dirname, '..', '..')
const projects = []

/** Packs this checkout, or its files under another manifest; returns { tarball, files, bytes, unpackedBytes }. */
function pack (manifest = {}) {
  const out = makeProject('pack').dir
  let from = root
  if (Object.keys(manifest).length > 0) {
    from = unpack(pack().tarball, path.join(out, 'from'))
    const file = path.join(from, 'package.json')
    fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file, 'utf8')), ...manifest }))
  }
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', out]
  const { stdout, stderr, status } = spawnSync('npm', args, { cwd: from, encoding: 'utf8', shell: process.platform === 'win32' })
  if (status !== 0) throw new Error(`npm pack: ${stderr}`)
  const [{ filename, files, size, unpackedSize }] = JSON.parse(stdout)
  return { tarball: path.join(out, filename), files: files.map(({ path }) => path), bytes: size, unpackedBytes: unpackedSize }
}

/** Unpacks a tarball as npm would; returns the package's folder. */
function unpack (tarball, dir) {
  fs.mkdirSync(dir, { recursive: true })
  const { status, stderr } = spawnSync('tar', ['-xzf', tarball, '-C', dir, '--strip-components=1'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`tar: ${stderr}`)
  return dir
}

/**
 * A project with a manifest and nothing else; `manifest: null`: an empty folder. `install(tarball)` puts the package and its dependencies where npm would,
 * for the parts whose subject is not the installation.
 */
function makeProject (name, { manifest = {}, files = {} } = {}) {
  // the real path: a bundler that compares paths does not like a linked /tmp
  const dir = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), `lbst-${name}-`))
  projects.push(dir)
  const project = {
    dir,
    path: (...parts) => path.join(dir, ...parts),
    write (file, text) {
      fs.mkdirSync(path.dirname(project.path(file)), { recursive: true })
      fs.writeFileSync(project.path(file), text)
      return project.path(file)
    },
    install (tarball, at = 'node_modules/lb-safe-timeouts') {
      const own = unpack(tarball, project.path(at))
      const { dependencies } = JSON.parse(fs.readFileSync(path.join(own, 'package.json'), 'utf8'))
      for (const name of Object.keys(dependencies ?? {})) {
        fs.cpSync(path.join(root, 'node_modules', name), project.path('node_modules', name), { recursive: true })
      }
      return own
    },
    /** Puts a tool's whole node_modules in place, without a copy. */
    link (name, target) {
      fs.mkdirSync(path.dirname(project.path('node_modules', name)), { recursive: true })
      fs.symlinkSync(target, project.path('node_modules', name), 'junction')
    },
    run (command, args, { env, ...options } = {}) {
      const { cleanEnv } = require('./drive')
      const startedMs = performance.now()
      const result = spawnSync(command, args, { cwd: dir, encoding: 'utf8', env: cleanEnv(env), timeout: 120000, ...options })
      return { ...result, tookMs: performance.now() - startedMs }
    },
    /** Bytes of all files below. */
    size: (...parts) => sizeOf(project.path(...parts))
  }
  if (manifest !== null) project.write('package.json', JSON.stringify({ name: `user-${name}`, version: '1.0.0', private: true, license: 'MIT', ...manifest }))
  for (const [file, text] of Object.entries(files)) project.write(file, text)
  return project
}

function sizeOf (file) {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return 0
  if (!stat.isDirectory()) return stat.size
  return fs.readdirSync(file).reduce((sum, name) => sum + sizeOf(path.join(file, name)), 0)
}

function removeProjects () {
  for (const dir of projects.splice(0)) fs.rmSync(dir, { recursive: true, force: true })
}

module.exports = { makeProject, pack, removeProjects, sizeOf, unpack }
