'use strict'

const { spawnSync } = require('node:child_process')
const path = require('node:path')

/** The sanitizers' library, which has to be in the process before Node is. */
function findRuntime () {
  const { stdout } = spawnSync(process.env.CC || 'cc', ['-print-file-name=libasan.so'], { encoding: 'utf8' })
  if (!stdout || !path.isAbsolute(stdout.trim())) throw new Error('libasan.so was not found; the C compiler must be gcc, with its sanitizers')
  return stdout.trim()
}

/**
 * The environment of a Node that is to load a module built with ASan and UBSan. An error aborts
 * the process. A leak is only reported: other programs that a test starts have leaks of their
 * own, and their exit codes are none of ours. Reports go to files `report.<program>.<pid>` in
 * `folder`, or to stderr, where a leak then is exit code 23.
 */
function sanitizerEnv ({ folder, toStderr = false, leaks = true, env = process.env } = {}) {
  const shared = ['abort_on_error=1', 'halt_on_error=1', 'print_stacktrace=1', 'log_exe_name=1']
  // quoted: a blank would end the value
  if (!toStderr) shared.push(`log_path='${path.join(folder, 'report')}'`)
  // freed memory is kept for this many MB: less than what a test of the memory allows
  const asan = [...shared, 'quarantine_size_mb=64', `detect_leaks=${leaks ? 1 : 0}`, 'detect_stack_use_after_return=1', 'allocator_may_return_null=1', `exitcode=${toStderr ? 23 : 0}`]
  return {
    ...env,
    LD_PRELOAD: findRuntime(),
    ASAN_OPTIONS: asan.join(':'),
    UBSAN_OPTIONS: shared.join(':'),
    LSAN_OPTIONS: `suppressions='${path.join(__dirname, 'lsan.supp')}':print_suppressions=0`
  }
}

module.exports = { sanitizerEnv }
