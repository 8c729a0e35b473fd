'use strict'

// Runs cases of the table on one version of Node, and says what was not as it must be.

const http = require('node:http')
const path = require('node:path')
const { examine } = require('../../lib/doctor')
const { createTarget } = require('../../lib/doctor/target')
const { states } = require('../../lib/doctor/measure')
const { createCertificate } = require('../support/certificate')
const { startChild } = require('../support/child')
const { expectation } = require('./cases')
const { compare, toleranceMs } = require('./compare')

const controlEveryMs = 5
const controlSlackMs = 2 // timers round up
// A model with an idle time so far off must be found out by every close, but for those that
// were seen while the processes were late by more than a third of it: these have no say.
const wrongByMs = 300
const quietMsMax = wrongByMs / 3
// A measurement during which a control was later than this proves nothing against the doctor:
// it is repeated, so often at most.
const lateMsMax = 20
const attemptsMax = 3

function nowMs () {
  return Number(process.hrtime.bigint()) / 1e6
}

/** How late this process' event loop is: { late: [[at, ms]], stop() }. */
function startControl () {
  const late = []
  let lastAt = nowMs()
  const timer = setInterval(() => {
    const at = nowMs()
    // the whole gap: a delay may have begun anywhere in it
    if (at - lastAt > controlEveryMs + controlSlackMs) late.push([at, at - lastAt])
    lastAt = at
  }, controlEveryMs)
  return { late, stop: () => clearInterval(timer) }
}

function ask (port, index) {
  return new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, path: `/${index}`, agent: false }, (res) => {
      let text = ''
      res.on('data', (chunk) => { text += chunk }).on('end', () => resolve(JSON.parse(text)))
    }).on('error', reject)
  })
}

/** [{ why }] for each thing that is wrong, and figures for the sums. */
function judge (row, report, { version, ticks, controls }) {
  const wrong = []
  const expected = expectation(row, version)
  const figures = { closes: 0, open: 0, beyond: [], quiet: 0, quietWithin: 0, controls: 0, controlsLost: 0 }
  if (report.verdict !== expected.verdict) wrong.push(`verdict ${report.verdict}, not ${expected.verdict}`)
  for (const state of states) {
    const found = report.states[state]
    if (found.verdict !== expected[state]) wrong.push(`${state} ${found.verdict}, not ${expected[state]} (${found.minMs} ms, ${found.reasons})`)
    const end = row.ends[state]
    if (end !== undefined && found.ends[end] !== found.connections) wrong.push(`${state} did not end with ${end}: ${JSON.stringify(found.ends)}`)
    if (found.ends.failed > 0) wrong.push(`${state}: ${found.errors}`)
  }
  for (const seen of report.observations) {
    if (seen.notKept || seen.startAt === null || row.notModelled.includes(seen.state)) continue
    const context = { settings: row.settings, limitMs: row.limitMs, nodeVersion: version, ticks, controls }
    const { agrees, beyondMs, noiseMs, why } = compare(seen, context)
    if (!agrees) wrong.push(`${seen.state}: ${why}`)
    if (seen.closedAt === null) {
      figures.open++
      continue
    }
    figures.closes++
    figures.beyond.push(beyondMs)
    if (noiseMs === 0) figures.quiet++
    if (noiseMs === 0 && beyondMs <= toleranceMs) figures.quietWithin++
    // the control: with another idle time the same closes must disagree
    if (seen.state === 'idle' && row.settings.keepAliveTimeout > 0 && noiseMs <= quietMsMax) {
      figures.controls++
      const mistaken = { ...row.settings, keepAliveTimeout: row.settings.keepAliveTimeout + wrongByMs }
      if (!compare(seen, { ...context, settings: mistaken }).agrees) figures.controlsLost++
    }
  }
  return { wrong, figures }
}

/**
 * Runs `rows` on the Node { version, execPath }, `atOnce` at a time. Calls
 * onCase(row, report, wrong) for each; resolves to the summed figures.
 */
async function runCases (node, rows, { connections, atOnce, onCase }) {
  const certificate = createCertificate()
  const config = rows.map(({ settings, handler, secure }) => ({ settings, handler, secure }))
  const child = await startChild('the servers', path.join(__dirname, 'server.js'), [JSON.stringify(config), certificate.key, certificate.cert], { execPath: node.execPath })
  const control = startControl()
  const { ports, controlPort } = child.ready
  const sum = { cases: 0, wrong: 0, repeated: 0, closes: 0, open: 0, beyond: [], quiet: 0, quietWithin: 0, controls: 0, controlsLost: 0 }

  async function measureCase (row, index) {
    const target = createTarget(`${row.secure ? 'https' : 'http'}://127.0.0.1:${ports[index]}/`)
    const startedAt = nowMs()
    const report = await examine(target, { lb: { id: null, name: 'the test', idleTimeoutMs: row.lbMs }, connections, limitMs: row.limitMs, race: false, signal: new AbortController().signal })
    const { ticks, late } = await ask(controlPort, index)
    const controls = [late, control.late].map((list) => list.filter(([at]) => at >= startedAt))
    return { report, lateMs: Math.max(0, ...controls.flat().map(([, ms]) => ms)), ...judge(row, report, { version: node.version, ticks, controls }) }
  }

  async function runCase (row, index) {
    let result = await measureCase(row, index)
    for (let i = 1; i < attemptsMax && result.wrong.length > 0 && result.lateMs > lateMsMax; i++) {
      sum.repeated++
      result = await measureCase(row, index)
    }
    const { report, wrong, figures } = result
    sum.cases++
    sum.wrong += wrong.length > 0 ? 1 : 0
    for (const key of ['closes', 'open', 'quiet', 'quietWithin', 'controls', 'controlsLost']) sum[key] += figures[key]
    sum.beyond.push(...figures.beyond)
    onCase(row, report, wrong)
  }

  const waiting = rows.entries()
  try {
    await Promise.all(Array.from({ length: atOnce }, async () => {
      for (const [index, row] of waiting) await runCase(row, index)
    }))
  } finally {
    control.stop()
    await child.stop()
    certificate.remove()
  }
  return sum
}

module.exports = { runCases }
