'use strict'

// The only place that loads native code. It does so at the first use and not at require: a
// preload or a bundle that never meets a server does not pay for it, and a startup snapshot
// can be taken with this package in it.

let loaded

/** The native module. Throws LBST_E_NATIVE_MISSING with the reason when it cannot be loaded. */
function native () {
  if (loaded === undefined) {
    try {
      loaded = require('../build/Release/lb_safe_timeouts.node')
    } catch (cause) {
      // made by hand: the table of codes and classes is what could not be loaded
      const error = new Error(
        'the native module of lb-safe-timeouts could not be loaded ' +
        `(${process.platform}-${process.arch}, Node ${process.versions.node}): ${cause.message.split('\n')[0]}; ` +
        'in a checkout, `npm run build` makes it')
      error.code = 'LBST_E_NATIVE_MISSING'
      error.cause = cause
      throw error
    }
  }
  return loaded
}

/** Whether the native module can be loaded here. Never throws. */
function hasNative () {
  try {
    native()
    return true
  } catch {
    return false
  }
}

module.exports = { native, hasNative }
