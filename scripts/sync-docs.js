'use strict'

// Prose copies of facts that live elsewhere: rewrites the generated blocks in README.md,
// docs/ and lib/index.d.ts from the native module, and from the figures in bench/ a block of
// the README and bench/report.html. The blocks of docs/ are made in docs-blocks.js.
//
//   node scripts/sync-docs.js           writes
//   node scripts/sync-docs.js --check   exits 1 when a block is stale

const fs = require('node:fs')
const path = require('node:path')
const { loadBalancers } = require('..')
const { reportBlock, reportPage } = require('../bench/report')
const { seconds } = require('../lib/cli/describe')
const { docsBlocks, kindTitles } = require('./docs-blocks')

const root = path.join(__dirname, '..')

function lbIds () {
  const ids = loadBalancers().map(({ id }) => `  | '${id}'`).sort()
  return `/** The ids of the catalogue. */\nexport type LbId =\n${ids.join('\n')}`
}

/** One kind in a cell: '`aws-alb` 60 s, ...', and those of which no source names a number. */
function kindCell (rows) {
  const told = rows.filter(({ role, unbounded, idleTimeoutMs }) => role === 'pool-owner' && (unbounded || idleTimeoutMs !== null))
  const parts = told.map(({ id, unbounded, idleTimeoutMs }) => `\`${id}\` ${unbounded ? 'no limit' : seconds(idleTimeoutMs)}`)
  const without = rows.filter(({ role }) => role !== 'pool-owner').map(({ id }) => `\`${id}\``)
  if (without.length > 0) parts.push(`own no pool: ${without.join(', ')}`)
  const silent = rows.filter((row) => row.role === 'pool-owner' && !told.includes(row)).map(({ id }) => `\`${id}\``)
  if (silent.length > 0) parts.push(`not published: ${silent.join(', ')}`)
  return parts.join(', ').replace(/, (own no pool|not published)/g, '; $1')
}

function lbOverview () {
  const rows = loadBalancers()
  const kinds = [...new Set(rows.map(({ kind }) => kind))]
  return [
    `| ${rows.length} load balancers | idle timeout |`,
    '|---|---|',
    ...kinds.map((kind) => `| ${kindTitles[kind] ?? kind} | ${kindCell(rows.filter((row) => row.kind === kind))} |`)
  ].join('\n')
}

const blocks = [
  { file: 'lib/index.d.ts', open: '/* <generated: LbId, by scripts/sync-docs.js> */', close: '/* </generated: LbId> */', text: lbIds },
  { file: 'README.md', open: '<!-- <generated: load balancers, by scripts/sync-docs.js> -->', close: '<!-- </generated: load balancers> -->', text: lbOverview },
  { file: 'README.md', open: '<!-- <generated: real proxies, by scripts/sync-docs.js> -->', close: '<!-- </generated: real proxies> -->', text: reportBlock },
  { file: 'bench/report.html', text: reportPage }, // all of it
  ...docsBlocks
]

function render (source, { file, open, close, text }) {
  if (open === undefined) return text()
  const start = source.indexOf(open)
  const end = source.indexOf(close)
  if (start === -1 || end < start) throw new Error(`${file} has no block ${open}`)
  return source.slice(0, start + open.length) + '\n' + text() + '\n' + source.slice(end)
}

for (const block of blocks) {
  const file = path.join(root, block.file)
  const present = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
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
