'use strict'

// What one `npm install` of a package into an empty folder brings along.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { binaryOf, targets } = require('../../scripts/prebuild-targets')

const root = path.join(__dirname, '..', '..')
const cache = path.join(root, '.cache', 'peers')

function npm (args, cwd) {
  const { status, stdout, stderr } = spawnSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm ${args[0]} failed: ${stderr}`)
  return stdout
}

function runScript (name) {
  return spawnSync(process.execPath, [path.join(root, 'scripts', name)], { cwd: root, encoding: 'utf8' })
}

/** The prebuilt binaries that are not there, of those that `isWanted`. */
function listMissing (isWanted) {
  return Object.keys(targets).filter((id) => isWanted(targets[id]) && !fs.existsSync(binaryOf(id)))
}

/** The packed tarball of this checkout, with all the binaries that can be made here. */
function pack () {
  fs.mkdirSync(cache, { recursive: true })
  // prepack.js refuses binaries that are older than their sources
  if (listMissing(({ hosts }) => hosts.includes(process.platform)).length > 0 || runScript('prepack.js').status !== 0) {
    const { status, stderr } = runScript('prebuild.js')
    if (status !== 0) throw new Error(`the prebuilt binaries could not be made: ${stderr}`)
  }
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', cache], root))
  return path.join(cache, filename)
}

/** Bytes of all the files under `folder`; the links to programs are none. */
function folderBytes (folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).reduce((bytes, entry) => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return bytes + folderBytes(file)
    return entry.isFile() ? bytes + fs.statSync(file).size : bytes
  }, 0)
}

/**
 * Installs `subject`; returns { folder, version, install: { bytes, packages, missing } }. `missing`
 * are the binaries that a published package has and this one has not.
 */
function install ({ id, package: name, version }) {
  const folder = path.join(cache, id.replace('/', '+'))
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  // or npm looks for a folder above
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n')
  if (name === null) return { folder, version: null, install: { bytes: 0, packages: 0, missing: [] } }

  const isOurs = version === null
  npm(['install', isOurs ? pack() : `${name}@${version}`], folder)
  const modules = path.join(folder, 'node_modules')
  const list = path.join(modules, '.package-lock.json')
  return {
    folder,
    version: JSON.parse(fs.readFileSync(path.join(modules, name, 'package.json'), 'utf8')).version,
    install: {
      bytes: folderBytes(modules) - fs.statSync(list).size,
      packages: Object.keys(JSON.parse(fs.readFileSync(list, 'utf8')).packages).length,
      missing: isOurs ? listMissing(() => true) : []
    }
  }
}

module.exports = { install, folderBytes }
