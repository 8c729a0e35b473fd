'use strict'

// In a vm context (jest runs every test file in one) the native module's errors are of the
// main context's classes, which no instanceof there knows. There, and only there, they are
// made again.

function translate (error) {
  if (error instanceof Error || !String(Object(error).code).startsWith('LBST_')) return error
  const Class = { TypeError, RangeError }[error.name] ?? Error
  return Object.assign(new Class(error.message), { code: error.code })
}

function wrap (call) {
  return function () {
    try {
      return call.apply(this, arguments)
    } catch (error) {
      throw translate(error)
    }
  }
}

/** The native module for the context that this file runs in. */
function adopt (addon) {
  if (addon.statusList() instanceof Object) return addon
  return Object.fromEntries(Object.entries(addon).map(([name, call]) => [name, wrap(call)]))
}

module.exports = { adopt }
