'use strict'

// Prose copies of facts that live in src/core: rewrites the generated blocks in README.md and
// lib/index.d.ts from the native module.
//
//   node scripts/sync-docs.js           writes
//   node scripts/sync-docs.js --check   exits 1 when a block is stale

const fs = require('node:fs')
const path = require('node:path')
const { loadBalancers, planLbSafeTimeouts } = require('..')

const root = path.join(__dirname, '..')

function seconds (ms) {
  return `${ms / 1000} s`
}

function lbIds () {
  const ids = loadBalancers().map(({ id }) => `  | '${id}'`).sort()
  return `/** The ids of the catalogue. */\nexport type LbId =\n${ids.join('\n')}`
}

function stale ({ staleStatus, staleCloses }) {
  return [...staleStatus, ...(staleCloses ? ['closed connection'] : [])].join(', ')
}

function lbTable () {
  const rows = [...loadBalancers()].sort((a, b) => a.id < b.id ? -1 : 1).map((row) => {
    const idle = row.unbounded ? 'no limit' : seconds(row.idleTimeoutMs)
    const { after } = planLbSafeTimeouts({ lb: row.id }, { nodeVersion: '22' })
    const plan = row.role === 'l4' ? 'owns no pool' : row.unbounded ? 'never close first' : seconds(after.keepAliveTimeout)
    return `| \`${row.id}\` | [${row.name}](${row.url}) | ${idle} | ${row.configurable ? 'yes' : 'no'} | ${stale(row) || '–'} | ${plan} |`
  })
  return [
    '| id | load balancer (source) | idle timeout | configurable | a lost request looks like | keepAliveTimeout |',
    '|---|---|---|---|---|---|',
    ...rows
  ].join('\n')
}

const blocks = [
  { file: 'lib/index.d.ts', open: '/* <generated: LbId, by scripts/sync-docs.js> */', close: '/* </generated: LbId> */', text: lbIds },
  { file: 'README.md', open: '<!-- <generated: load balancers, by scripts/sync-docs.js> -->', close: '<!-- </generated: load balancers> -->', text: lbTable }
]

function render (source, { file, open, close, text }) {
  const start = source.indexOf(open)
  const end = source.indexOf(close)
  if (start === -1 || end < start) throw new Error(`${file} has no block ${open}`)
  return source.slice(0, start + open.length) + '\n' + text() + '\n' + source.slice(end)
}

for (const block of blocks) {
  const file = path.join(root, block.file)
  const present = fs.readFileSync(file, 'utf8')
  const wanted = render(present, block)
  if (wanted === present) continue
  if (process.argv.includes('--check')) {
    console.error(`${block.file} is stale; run npm run sync-docs`)
    process.exitCode = 1
  } else {
    fs.writeFileSync(file, wanted)
    console.log(`${block.file} written`)
  }
}
