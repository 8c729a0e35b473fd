'use strict'

// The package as a user has it, with one prebuilt binary in it and nothing that was built here.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const manifest = require('../../package.json')
const { binaryOf } = require('../../scripts/prebuild-targets')

const root = path.join(__dirname, '..', '..')
const folders = new Set()

/** The folder of a new project with that binary only; `change` is given its bytes, and gives others. */
function installPrebuild (id, change = (bytes) => bytes) {
  const project = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-prebuilds-'))
  folders.add(project)
  const installed = path.join(project, 'node_modules', manifest.name)
  const copy = (from, to) => fs.cpSync(from, to, { recursive: true })
  for (const part of ['package.json', 'lib']) copy(path.join(root, part), path.join(installed, part))
  for (const name of Object.keys(manifest.dependencies)) copy(path.join(root, 'node_modules', name), path.join(project, 'node_modules', name))
  const file = path.join(installed, path.relative(root, binaryOf(id)))
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, change(fs.readFileSync(binaryOf(id))))
  copy(path.join(__dirname, 'smoke.js'), path.join(project, 'smoke.js'))
  return project
}

function removeProjects () {
  for (const folder of folders) {
    try {
      fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    } catch (error) {
      console.error(`left behind: ${folder} (${error.code})`) // Windows keeps a file that is mapped
    }
  }
  folders.clear()
}

module.exports = { installPrebuild, removeProjects, root }
