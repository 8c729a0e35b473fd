'use strict'

// A path for a Unix domain socket. The kernel has room for 107 bytes (macOS 103) and what is
// longer is cut without a word: Node then listens on one name and removes another. So a
// socket never lies below the checkout, whose path may be of any length.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

/** A new folder of a short name, for the duration of the test `t`. */
function shortFolder (t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-'))
  t.teardown(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A path where a server of the test `t` may listen. */
function socketPath (t) {
  return path.join(shortFolder(t), 's')
}

module.exports = { shortFolder, socketPath }
