'use strict'

// What is said once in a process, though every thread loads a copy of this package: flags in
// memory that the threads share. The first thread that loads this file hands it on to those that
// it starts, they to theirs.

const { getEnvironmentData, setEnvironmentData } = require('node:worker_threads')

const kSaid = 'lb-safe-timeouts: said'

// the line of register, its trouble with the status socket and with variables, the missing
// native module
const names = ['line', 'socket', 'LB_SAFE_TIMEOUTS_LOG', 'LB_SAFE_TIMEOUTS_DRAIN', 'native']

let said = getEnvironmentData(kSaid)
if (said === undefined) {
  // one number, a bit of it for each: another version of this package may know more of them
  said = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  setEnvironmentData(kSaid, said)
}

/** Whether `name` is asked for the first time in this process. */
function isFirst (name) {
  const bit = 1 << names.indexOf(name)
  return (Atomics.or(said, 0, bit) & bit) === 0
}

module.exports = { isFirst }
