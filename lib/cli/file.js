'use strict'

// Files that a command is told to write.

const fs = require('node:fs')
const path = require('node:path')
const { createError, inspect } = require('../errors')

/** Fails before a minute of work and not after it; creates nothing. */
function checkWritable (file) {
  try {
    fs.accessSync(fs.existsSync(file) ? file : path.dirname(path.resolve(file)), fs.constants.W_OK)
    if (fs.existsSync(file) && fs.statSync(file).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
  } catch (error) {
    throw createError('LBST_E_UNSUPPORTED', `--html ${inspect(file)} cannot be written: ${error.code}`)
  }
}

module.exports = { checkWritable }
