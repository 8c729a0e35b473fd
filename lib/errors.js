'use strict'

// Every error that this package throws on purpose has a stable `code` (LBST_E_...). Codes
// and their classes live in the native module.

const { native } = require('./binding')

const classes = { Error, TypeError, RangeError }

/** An error of the class that belongs to `code`, with that code. */
function createError (code, message) {
  const error = new classes[native().statusList()[code]](message)
  error.code = code
  Error.captureStackTrace(error, createError)
  return error
}

/** Whether this package threw `error` on purpose. */
function isOwn (error) {
  return typeof error?.code === 'string' && error.code.startsWith('LBST_E_')
}

/** How a wrong value is named in a message: short, and never running any code of its own. */
function inspect (value) {
  if (typeof value === 'string') return `'${value.length > 60 ? value.slice(0, 57) + '...' : value}'`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'symbol') return 'a symbol'
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

module.exports = { createError, inspect, isOwn }
