'use strict'

/** An environment in which nothing speaks of a load balancer; what a check of native code needs stays. */
function bareEnv () {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(PATH|LD_PRELOAD|LSAN_OPTIONS|ASAN_OPTIONS|UBSAN_OPTIONS)$/.test(name)))
}

module.exports = { bareEnv }
