'use strict'

// build: the native module from the sources in the package, where no prebuilt binary fits.

const fs = require('node:fs')
const path = require('node:path')
const { name, root, compile, findHeaders } = require('../native/compile')

const out = path.join(root, 'build', 'Release', `${name}.node`)

/** Why it cannot be built here, or null. */
function findObstacle (include) {
  if (process.platform === 'win32') return 'on Windows there is a binary for x64 and none can be built by this command; everywhere else WebAssembly takes its place'
  if (include === undefined) {
    return 'the headers of Node (node_api.h, uv.h) were not found. They come with the tarballs of nodejs.org; ' +
      '`npx node-gyp install` fetches them; npm_config_nodedir names a folder that has them in include/node'
  }
  return null
}

/** The file must load in this very runtime, or it is of no use. */
function check (file) {
  const binding = { exports: {} }
  process.dlopen(binding, file)
  return binding.exports.policyLimits()
}

function run (flags, io) {
  const include = findHeaders()
  const obstacle = findObstacle(include)
  if (obstacle !== null) {
    io.stderr.write(`lb-safe-timeouts: ${obstacle}\n`)
    return 1
  }
  const made = `${out}.${process.pid}`
  try {
    compile({ cc: [process.env.CC || 'cc'], platform: process.platform, include, out: made })
    check(made)
    // a process that has the old file keeps it
    fs.renameSync(made, out)
  } catch (error) {
    fs.rmSync(made, { force: true })
    io.stderr.write(`lb-safe-timeouts: ${error.message}\n`)
    return 1
  }
  io.stdout.write(`${out}: ${fs.statSync(out).size} bytes\n`)
  return 0
}

module.exports = {
  summary: 'Compiles the native module where no prebuilt binary fits; $CC or cc is the compiler.',
  usage: '',
  flags: {},
  run
}
