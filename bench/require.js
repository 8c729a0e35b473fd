'use strict'

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const { quartiles } = require('./quartiles')

const pairCount = 40

const server = "const server = require('node:http').createServer();"
const library = JSON.stringify(path.join(__dirname, '..'))

/** Whole processes: from the start of node to its end. */
const scripts = {
  empty: '',
  required: `require(${library})`,
  server,
  called: `${server} require(${library}).applyLbSafeTimeouts(server, { lb: 'aws-alb' })`
}

function runMs (script) {
  const startedAt = process.hrtime.bigint()
  const { status, stderr, error } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
  const ms = Number(process.hrtime.bigint() - startedAt) / 1e6
  if (status !== 0) throw error ?? new Error(stderr)
  return ms
}

function measureRequire () {
  const names = Object.keys(scripts)
  for (const name of names) runMs(scripts[name]) // files into the kernel's cache
  const samples = { empty: [], added: [], addedWithCall: [] }
  for (let pair = 0; pair < pairCount; pair++) {
    const ms = {}
    // now forwards, now backwards: who comes first has no advantage
    for (const name of pair % 2 === 0 ? names : [...names].reverse()) ms[name] = runMs(scripts[name])
    samples.empty.push(ms.empty)
    samples.added.push(ms.required - ms.empty)
    samples.addedWithCall.push(ms.called - ms.server)
  }
  return {
    empty: quartiles(samples.empty),
    added: quartiles(samples.added),
    addedWithCall: quartiles(samples.addedWithCall)
  }
}

module.exports = { measureRequire }
