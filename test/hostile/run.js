'use strict'

// Random hostile calls (random.js) for longer, on every line of Node:
//
//   node test/hostile/run.js [--seeds 5] [--calls 5000] [version ...]
//
// Ends with 'N passed, N failed'.

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const { parseArgs } = require('node:util')
const { lines, ensureNode } = require('../../scripts/nodes')

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seeds: { type: 'string', default: '5' }, calls: { type: 'string', default: '5000' } } })
let passed = 0
let failed = 0
for (const version of positionals.length > 0 ? positionals : lines) {
  const before = passed
  for (let seed = 101; seed < 101 + Number(values.seeds); seed++) {
    const { status, signal, stdout, stderr } = spawnSync(ensureNode(version), [path.join(__dirname, 'random.js'), '--seed', String(seed), '--calls', values.calls], { encoding: 'utf8', maxBuffer: 1 << 26 })
    let result = { calls: 0, failures: [] }
    try {
      result = JSON.parse(stdout)
    } catch {}
    if (status !== 0 && result.failures.length === 0) result.failures.push(`ended with ${signal ?? status}: ${stderr.slice(0, 2000)}`)
    passed += result.calls
    failed += result.failures.length
    for (const failure of result.failures) console.log(`not ok Node ${version}: ${failure}`)
  }
  console.log(`Node ${version}: ${passed - before} calls`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
