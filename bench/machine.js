'use strict'

// Where and of what figures were taken, for every file of results.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const root = path.join(__dirname, '..')

function osName () {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(fs.readFileSync('/etc/os-release', 'utf8'))[1]
  } catch {
    return os.type()
  }
}

function describeMachine () {
  const cpus = os.cpus()
  return { cpu: cpus[0].model.trim(), cores: cpus.length, os: osName(), kernel: os.release() }
}

/** { commit, dirty }; results that a run is about to replace make no commit dirty. */
function describeCommit () {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  return {
    commit: git('rev-parse', 'HEAD'),
    dirty: git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!bench/*.json', ':!bench/*.html', ':!README.md') !== ''
  }
}

module.exports = { describeCommit, describeMachine }
