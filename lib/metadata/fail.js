'use strict'

const { createError, inspect } = require('../errors')

/** The input is of a known format, but cannot be what it says at `where`. */
function bad (where, message) {
  return createError('LBST_E_BAD_METADATA', `${where}: ${message}`)
}

/** The value at `where` is not what its place asks for. */
function badValue (where, expected, value) {
  return bad(where, `expected ${expected}, got ${inspect(value)}`)
}

function tooBig (message) {
  return createError('LBST_E_METADATA_TOO_BIG', message)
}

module.exports = { bad, badValue, tooBig }
