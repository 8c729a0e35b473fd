'use strict'

// Runs an example of examples/ as a child process and measures what becomes of an idle
// connection to it. Time is scaled down: a load balancer of 2.5 seconds, and a server that
// starts out with a keepAliveTimeout of 0.3.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')

const { keepIdle } = require('./idle-connection')

const examples = path.join(__dirname, '..', '..', 'examples')

const scale = {
  lbIdleMs: 2500,
  // the load balancer's timer is late: it still sends a request after its own idle timeout
  lbLateMs: 250,
  // what the server is given before our call: far below the load balancer's idle timeout,
  // also with the second that most versions of Node add
  keepAliveMs: 300,
  nodeBufferMs: 1000,
  // Node rounds the start of a timer down to a whole ms
  timerGrainMs: 1
}

function spawnExample (file, { call, keepAliveMs = scale.keepAliveMs, certificate }) {
  return spawn(process.execPath, ['--require', path.join(__dirname, 'example-preload.js'), path.join(examples, file)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      // the way the examples are told of the load balancer; nothing from outside beside it
      LB_SAFE_TIMEOUTS_LB: '',
      LB_SAFE_TIMEOUTS_IDLE_MS: String(scale.lbIdleMs),
      EXAMPLE_CALL: call,
      EXAMPLE_KEEP_ALIVE_MS: keepAliveMs === null ? '' : String(keepAliveMs),
      TLS_KEY: certificate?.key ?? '',
      TLS_CERT: certificate?.cert ?? '',
      HOST: '127.0.0.1',
      PORT: '0'
    }
  })
}

/** Resolves with the address that the example prints and what its preload tells. */
function startExample (file, options) {
  const child = spawnExample(file, options)
  const exited = once(child, 'exit')
  let printed = ''
  let told

  return new Promise((resolve, reject) => {
    function check () {
      const address = /^listening on (\S+)$/m.exec(printed)?.[1]
      if (address === undefined || told === undefined) return
      resolve({ ...told, address, stop: () => child.kill('SIGKILL') && exited })
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        printed += chunk
        check()
      })
    }
    child.on('message', (message) => {
      told = message
      check()
    })
    child.on('error', reject)
    child.on('close', (code, signal) => reject(new Error(`${file} ended before it was ready (${signal ?? code}): ${printed}`)))
  })
}

/** One example, one idle connection: what the preload told, and what keepIdle() measured. */
async function measureExample (file, options) {
  const { address, stop, ...told } = await startExample(file, options)
  try {
    const idleMs = scale.lbIdleMs + scale.lbLateMs
    return { ...told, ...await keepIdle(address, { idleMs, ca: options.certificate?.pem }) }
  } finally {
    await stop()
  }
}

/** The same example three times, at the same time: with us, with us once it listens, without us. */
async function compareExample (file, options = {}) {
  const [made, late, dropped] = await Promise.all(['made', 'late', 'dropped'].map(
    (call) => measureExample(file, { ...options, call })
  ))
  return { made, late, dropped }
}

function judgeTreated (name, { report, answeredMs, closedMs }) {
  const complaints = []
  if (answeredMs === null) complaints.push(`${name}: closed after ${closedMs} ms, and the load balancer held on for ${scale.lbIdleMs}`)
  if (!report.safe) complaints.push(`${name}: the report does not call it safe`)
  if (report.changed.join() !== 'keepAliveTimeout') complaints.push(`${name}: changed ${report.changed.join()}`)
  if (report.before.keepAliveTimeout !== scale.keepAliveMs) complaints.push(`${name}: began with ${report.before.keepAliveTimeout}`)
  if (report.idleCloseMs.earliest <= scale.lbIdleMs + scale.lbLateMs) complaints.push(`${name}: may close after ${report.idleCloseMs.earliest} ms`)
  return complaints
}

/**
 * What is wrong with a comparison, in words; an empty list when nothing is. A control that
 * was not closed in time is wrong too: then the others have proven nothing.
 */
function judge ({ made, late, dropped }) {
  const complaints = [...judgeTreated('made', made), ...judgeTreated('late', late)]
  if (made.wasListening) complaints.push('made: the server was listening already')
  if (!late.wasListening) complaints.push('late: the server was not listening yet')

  const closeMs = scale.keepAliveMs + (dropped.timers.idleBuffer === 'none' ? 0 : scale.nodeBufferMs)
  if (dropped.closedMs === null || dropped.closedMs >= scale.lbIdleMs) {
    complaints.push(`control: not closed within ${scale.lbIdleMs} ms, so this run proves nothing`)
  } else if (dropped.closedMs < closeMs - scale.timerGrainMs) {
    complaints.push(`control: closed after ${dropped.closedMs} ms, and its idle timeout is ${closeMs}`)
  }
  return complaints
}

/** One line of figures. */
function describe (name, { made, late, dropped }) {
  const told = ({ answeredMs, closedMs }) => answeredMs === null ? `closed at ${closedMs} ms` : `answered at ${answeredMs} ms`
  return `${name}: without us ${told(dropped)}; with us ${told(made)}; with us after listen ${told(late)}`
}

module.exports = { scale, measureExample, compareExample, judge, describe }
