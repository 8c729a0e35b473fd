'use strict'

// doctor: does this server, as it runs, outlast the load balancer in front of it? Measured from
// outside, or with --pid as the process itself has seen it.

const fs = require('node:fs')
const { findLoadBalancer } = require('../catalogue')
const { examine } = require('../doctor')
const { readBalancer, planFor } = require('../doctor/balancer')
const { watchMs } = require('../doctor/measure')
const { createTarget } = require('../doctor/target')
const words = require('../doctor/words')
const { createError, inspect } = require('../errors')
const { plainText } = require('../plain-text')
const { checkWritable } = require('./file')
const { startProgress } = require('./progress')

const exitCodes = { safe: 0, unsafe: 1, inconclusive: 3, unproven: 3 }
const EXIT_STOPPED = 130 // as a shell tells a Ctrl-C

const connectionsDefault = 20
const connectionsMax = 64 // per state; it is a measurement and no load test
// past the load balancer's own close, to see by how much a server outlasts it
const limitBeyondMs = 15000
const limitMsDefault = 75000 // for a load balancer without an idle limit
const limitMsMax = 2147483647

const units = { ms: 1, s: 1000, m: 60000 }

function readDuration (name, text) {
  const [, value, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? []
  if (value === undefined) throw createError('LBST_E_INVALID_TYPE', `--${name} is a duration such as 75s, 1500ms or 2m, got ${inspect(text)}`)
  const ms = Number(value) * units[unit]
  if (!(ms >= 1 && ms <= limitMsMax)) throw createError('LBST_E_OUT_OF_RANGE', `--${name} must be from 1ms to ${limitMsMax}ms, got ${inspect(text)}`)
  return ms
}

function chooseLimit (idleTimeoutMs, connections) {
  if (idleTimeoutMs === null) return limitMsDefault
  return Math.min(limitMsMax, Math.max(idleTimeoutMs + limitBeyondMs, watchMs(idleTimeoutMs, connections)))
}

function readFlags (flags, { idleTimeoutMs }) {
  const { connections = connectionsDefault, limit } = flags
  if (connections < 1 || connections > connectionsMax) {
    throw createError('LBST_E_OUT_OF_RANGE', `--connections must be from 1 to ${connectionsMax} (for each of the four states), got ${connections}`)
  }
  const limitMs = limit === undefined ? chooseLimit(idleTimeoutMs, connections) : readDuration('limit', limit)
  return { connections, limitMs, race: flags['no-race'] !== true }
}

const phaseLabels = { measure: 'measuring', race: 'sweeping the race' }

function table (report) {
  const rows = [['connection', 'number', 'closed after (min / median / max)', 'how', 'verdict']]
  for (const [state, found] of Object.entries(report.states)) {
    rows.push([words.stateNames[state], String(found.connections), words.tellCloses(found), words.tellEnds(found.ends), found.verdict])
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd())
}

function tell (report) {
  const { lb, server, states, race, limitMs } = report
  const header = server.keepAlive === null ? 'no Keep-Alive header' : `Keep-Alive: ${server.keepAlive}`
  return [
    `${report.url} (status ${server.status}, ${header})`,
    `${lb.name} ${words.lbIdle(lb)}`,
    '',
    ...table(report),
    '',
    ...Object.entries(states).map(([state, found]) => {
      const reasons = words.tellReasons(found, lb, limitMs).map(({ code, message }) => `${message} [${code}]`)
      return `${words.stateNames[state]}: ${found.verdict}: ${reasons.join('; ')}`
    }),
    `the race: ${words.tellRace(race)}`,
    words.tellExactness(report),
    '',
    words.tellVerdict(report),
    ...report.remedies.flatMap(({ side, text, lines }) => [`  on the side of ${side}: ${text}`, ...lines.map(({ where, line }) => `    ${where}: ${line}`)]),
    ''
  ].join('\n')
}

/** A signal that a Ctrl-C aborts, and release() to leave Ctrl-C alone again. */
function watchInterrupt () {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  return {
    signal: controller.signal,
    release () {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    }
  }
}

/** What the process itself knows of its servers. */
async function runProcess ({ pid, json, operands, ...others }, io) {
  const [extra] = [...operands, ...Object.keys(others).map((name) => `--${name}`)]
  if (extra !== undefined) throw createError('LBST_E_CONFLICT', `--pid asks a process what it has seen and measures nothing: it goes with --json only, got ${inspect(extra)}`)
  const { askProcess } = require('../socket/ask')
  const { judgeProcess, tellProcess } = require('../doctor/process')
  const report = judgeProcess(pid, await askProcess(pid))
  io.stdout.write(json ? JSON.stringify(report, null, 2) + '\n' : tellProcess(report))
  return exitCodes[report.verdict]
}

async function run (flags, io) {
  if (flags.pid !== undefined) return runProcess(flags, io)
  if (flags.operands.length !== 1) throw createError('LBST_E_INVALID_TYPE', `doctor needs one URL, as in: doctor http://127.0.0.1:3000 --lb aws-alb; got ${flags.operands.length}`)
  const [url] = flags.operands
  if (flags.lb === undefined) throw createError('LBST_E_INVALID_TYPE', 'doctor needs --lb: an id such as aws-alb, aws-alb:120s, the idle timeout such as 60s, or a file of its configuration')
  const target = createTarget(url, flags.path)
  const plan = planFor(readBalancer(flags.lb))
  const { lb } = plan
  const options = readFlags(flags, lb)
  if (flags.html !== undefined) checkWritable(flags.html)

  const interrupt = watchInterrupt()
  const progress = startProgress(io.stderr)
  const onProgress = ({ phase, ...change }) => progress.update({ label: phaseLabels[phase], ...change })
  let report
  try {
    report = await examine(target, { lb, ...options, signal: interrupt.signal, onProgress })
  } finally {
    progress.stop()
    interrupt.release()
  }
  if (report === null) {
    io.stderr.write('stopped; every connection is closed\n')
    return EXIT_STOPPED
  }
  report.remedies = words.tellRemedies(report, plan, lb.id === null ? [] : findLoadBalancer(lb.id).remedies)
  if (flags.html !== undefined) fs.writeFileSync(flags.html, require('../report/doctor').renderDoctor(report))
  const { observations, ...shown } = report
  io.stdout.write(flags.json ? JSON.stringify(shown, null, 2) + '\n' : plainText(tell(report)))
  return exitCodes[report.verdict]
}

module.exports = {
  summary: 'Measures a live server from outside, and says whether it outlasts the load balancer; or asks a process what it has seen.',
  usage: '<url> --lb <id>[:<idle>]|<idle>|<file> [--path /healthz] [--connections 20] [--limit 75s] [--json] [--html report.html] [--no-race]\n       lb-safe-timeouts doctor --pid <pid> [--json]',
  operands: 'url',
  flags: {
    lb: { type: 'string', what: 'an id, a chain of ids, id:60s, its idle timeout (60s, or ms), or a file of its configuration' },
    path: { type: 'string', what: 'what is asked for (default: the path of the URL); a POST that never ends goes there too' },
    connections: { type: 'number', what: `for each of the four states (default ${connectionsDefault}, at most ${connectionsMax})` },
    limit: { type: 'string', what: 'how long each connection is watched, such as 75s (default: 15 to 30 s more than the load balancer keeps one); they are opened within half of that, 30 s at most' },
    pid: { type: 'number', what: 'ask this process instead: it loads lb-safe-timeouts/register and has LB_SAFE_TIMEOUTS_SOCKET=1' },
    json: { type: 'boolean', what: 'the report as JSON' },
    html: { type: 'string', what: 'the report as one HTML file, written there' },
    'no-race': { type: 'boolean', what: 'do not send requests around the moment of the close' }
  },
  run
}
