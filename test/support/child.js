'use strict'

// Child processes that never outlive their parent's work: each is started, awaited until it
// says that it is ready, and stopped by its own process id.

const { fork } = require('node:child_process')
const { once } = require('node:events')

// a child of ours that ignores SIGTERM for so long hangs
const stopMsMax = 3000

/** Ends `child` and resolves when it is gone. */
async function stopProcess (child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
  await gone
  clearTimeout(timer)
}

/** Says how a child ended, with the last of what it wrote to stderr. */
function describeExit (name, { exitCode, signalCode }, stderr) {
  const how = signalCode === null ? `exit code ${exitCode}` : signalCode
  const said = stderr.trim().split('\n').slice(-8).join('\n')
  return new Error(`${name} ended (${how})${said === '' ? '' : `:\n${said}`}`)
}

/**
 * Forks the script `file`; resolves when it sends its first message, to { ready, child, died,
 * stop() }: the message, the process, and a promise that rejects when it ends before stop().
 * The script calls exitWithParent() below.
 */
function startChild (name, file, args = [], options = {}) {
  const child = fork(file, args, { stdio: ['ignore', 'inherit', 'pipe', 'ipc'], ...options })
  let stderr = ''
  let stopping = false
  child.stderr.setEncoding('utf8').on('data', (text) => { stderr += text })

  const died = new Promise((resolve, reject) => {
    child.once('error', reject)
    // 'close' comes after 'exit', when all of stderr is here
    child.once('close', () => stopping ? resolve() : reject(describeExit(name, child, stderr)))
  })
  died.catch(() => {}) // whoever awaits it is told; nobody has to

  function stop () {
    stopping = true
    return stopProcess(child)
  }
  const ready = new Promise((resolve) => child.once('message', resolve))
  return Promise.race([ready, died]).then((message) => ({ ready: message, child, died, stop }))
}

/**
 * In the child: ends it, through its 'exit' listeners, when the parent says so or is gone,
 * however it went. Ctrl-C reaches every process of a terminal; here only the parent acts on it.
 */
function exitWithParent () {
  process.on('SIGINT', () => {})
  process.once('SIGTERM', () => process.exit())
  process.once('disconnect', () => process.exit())
}

module.exports = { startChild, stopProcess, exitWithParent }
