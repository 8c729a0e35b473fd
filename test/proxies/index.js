'use strict'

// npm run test:proxies: seven real proxies in front of Node, six ways to lose a request, and
// how many of them are lost with what people use, and with us. What the clients saw is
// compared with what the servers processed.
//
//   --quick                 a fixed part, under three minutes, for CI
//   --proxies nginx,squid   these proxies (raw is the driver itself)
//   --cases idle,stall      idle unused stall deploy restart chain
//   --servers ours          vulnerable two-line fastify http-terminator ours
//   --nodes 24.21.0         these Nodes
//   --attempts 1000         attempts of each method in each cell, at least
//   --jobs 3                cells at a time
//   --into FILE             writes into FILE, and keeps what was not run again
//
// All of it, without flags, writes bench/results.json anew. It fails when ours loses a
// request, and when a control loses none.

const fs = require('node:fs')
const path = require('node:path')
const { parseArgs } = require('node:util')
const { ensureNode, lines } = require('../../scripts/nodes')
const { ensureApp } = require('../helpers/apps')
const { startChild } = require('../support/child')
const { findVersion, proxyIds } = require('../support/proxies')
const { cases, driver, planCells, planQuick, servers } = require('./coverage')
const { judgeAmounts, judgeControls, judgeOurs, provesNothing, sum } = require('./judge')
const { Results } = require('./results')

const resultsFile = path.join(__dirname, '..', '..', 'bench', 'results.json')
const attemptsMin = 2000
const jobsDefault = 3
// On a busy machine a request can be so late that it meets no idle connection any more. A cell
// in which that was so of all is run again, so often in all; one that lost a request is not.
const runsMax = 3
// a cell that is not over by then hangs
const cellMsMax = 240000

function readFlags () {
  const text = { type: 'string' }
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, proxies: text, cases: text, servers: text, nodes: text, attempts: text, jobs: text, into: text } })
  const list = (name, known) => {
    if (values[name] === undefined) return undefined
    const chosen = values[name].split(',')
    const unknown = chosen.find((one) => known !== undefined && !known.includes(one))
    if (unknown !== undefined) throw new Error(`--${name}: ${unknown} is none of ${known.join(', ')}`)
    return chosen
  }
  const number = (name) => {
    if (values[name] === undefined) return undefined
    if (!/^[1-9]\d*$/.test(values[name])) throw new Error(`--${name} is a whole number, got ${values[name]}`)
    return Number(values[name])
  }
  const flags = {
    quick: values.quick,
    proxies: list('proxies', [...proxyIds, driver.id]),
    cases: list('cases', cases),
    servers: list('servers', servers),
    nodes: list('nodes') ?? lines,
    attempts: number('attempts'),
    jobs: number('jobs') ?? jobsDefault,
    into: values.into
  }
  const isPart = ['proxies', 'cases', 'servers', 'nodes', 'attempts'].some((name) => values[name] !== undefined)
  return { ...flags, isPart }
}

/** Runs one cell in a process of its own. Resolves to its rows. */
async function runCell (cell) {
  const { ready, stop } = await startChild(`${cell.case} ${cell.proxy}`, path.join(__dirname, 'cell.js'), [JSON.stringify(cell)], { timeout: cellMsMax })
  await stop()
  if (ready.error !== undefined) throw new Error(ready.error)
  return ready.rows
}

function describe ({ proxy, retries, case: name, node, upstream, server }) {
  return `${name}, ${proxy}, retries ${retries}, Node ${node.split('.')[0]} ${upstream}, ${server}`
}

function describeRow ({ method, attempts, lost, twice, how }) {
  const ways = lost === 0 ? '' : ` (${Object.entries(how).map(([what, count]) => `${what} ${count}`).join(', ')})`
  return `${method} ${lost} of ${attempts} lost${ways}${twice > 0 ? `, ${twice} processed twice` : ''}`
}

class Run {
  constructor (results) {
    Object.assign(this, { results, rows: [], passed: 0, failed: 0 })
  }

  check (name, wrong) {
    if (wrong.length === 0) this.passed++
    else this.failed++
    console.log(`${wrong.length === 0 ? 'ok' : 'not ok'} ${name}`)
    for (const why of wrong) console.log(`  ${why}`)
  }

  async cell (cell) {
    try {
      let rows
      for (let run = 1; run <= runsMax; run++) {
        rows = await runCell(cell)
        if (!provesNothing(rows)) break
      }
      this.rows.push(...rows)
      this.results?.add(rows)
      const text = `${describe(cell)}: ${rows.map(describeRow).join('; ')}; ${sum(rows, 'met')} met; ${(rows[0].tookMs / 1000).toFixed(1)} s`
      if (cell.server === 'ours') this.check(text, judgeOurs(rows))
      else console.log(`   ${text}`)
    } catch (error) {
      this.check(describe(cell), [error.message])
    }
  }

  /** All of `cells`, `jobs` at a time. */
  async cells (cells, jobs) {
    const left = [...cells]
    const work = async () => {
      for (let cell = left.shift(); cell !== undefined; cell = left.shift()) await this.cell(cell)
    }
    await Promise.all(Array.from({ length: jobs }, work))
  }
}

/** Installs what is not there yet; the paths and binaries are found again by the cells. */
function prepare (cells) {
  const missing = [...new Set(cells.map(({ proxy }) => proxy))].filter((id) => id !== driver.id && findVersion(id) === null)
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}; scripts/setup-proxies.sh installs them`)
  for (const version of new Set(cells.map(({ node }) => node))) ensureNode(version)
  if (!cells.some(({ server }) => ['fastify', 'http-terminator'].includes(server))) return
  // fastify 5 wants Node 20
  const folder = ensureApp('proxies', ['http-terminator@3.2.0', 'fastify@5', 'fastify4@npm:fastify@4'])
  for (const cell of cells) cell.packages = path.join(folder, 'package.json')
}

async function main () {
  const flags = readFlags()
  const startedAt = performance.now()
  const cells = flags.quick ? planQuick(flags) : planCells(flags)
  prepare(cells)
  const isAll = !flags.quick && !flags.isPart
  const file = flags.into ?? (isAll ? resultsFile : undefined)
  const run = new Run(file === undefined ? null : new Results(file, { keep: flags.into !== undefined && fs.existsSync(file) }))
  await run.cells(cells, flags.jobs)
  for (const { name, ok, why } of judgeControls(run.rows)) run.check(`control: ${name}`, ok ? [] : [why])
  if (isAll) for (const { name, ok, why } of judgeAmounts(run.rows, attemptsMin)) run.check(`attempts: ${name}`, ok ? [] : [why])
  console.log(`${cells.length} cells in ${((performance.now() - startedAt) / 60000).toFixed(1)} minutes`)
  console.log(`${run.passed} passed, ${run.failed} failed`)
  process.exitCode = run.failed === 0 && run.passed > 0 ? 0 : 1
}

main().catch((error) => {
  console.error(error.message)
  process.exitCode = 2
})
