'use strict'

// Prose copies of facts that live elsewhere: rewrites the generated blocks in README.md and
// lib/index.d.ts from the native module, and from the figures in bench/ a block of the README
// and bench/report.html.
//
//   node scripts/sync-docs.js           writes
//   node scripts/sync-docs.js --check   exits 1 when a block is stale

const fs = require('node:fs')
const path = require('node:path')
const { loadBalancers, planLbSafeTimeouts } = require('..')
const { reportBlock, reportPage } = require('../bench/report')
const { describeAnswer, describeIdle, describeStale, seconds } = require('../lib/cli/describe')

const root = path.join(__dirname, '..')

function lbIds () {
  const ids = loadBalancers().map(({ id }) => `  | '${id}'`).sort()
  return `/** The ids of the catalogue. */\nexport type LbId =\n${ids.join('\n')}`
}

function planCell (row) {
  if (row.role !== 'pool-owner') return 'owns no pool'
  if (row.unbounded) return 'never close first'
  if (row.idleTimeoutMs === null) return 'pass yours'
  return seconds(planLbSafeTimeouts({ lb: row.id }, { nodeVersion: '22' }).after.keepAliveTimeout)
}

// A kind that is not here gets its own name as title.
const kindTitles = {
  'l7-lb': 'Managed HTTP load balancers',
  'l4-lb': 'Managed and built-in TCP balancers',
  cdn: 'CDNs',
  paas: 'Platforms',
  ingress: 'Kubernetes ingress controllers and gateways',
  mesh: 'Service meshes',
  proxy: 'Proxies',
  client: 'HTTP clients without a load balancer between'
}

function kindTable (kind, rows) {
  return [
    `**${kindTitles[kind] ?? kind}**`,
    '',
    '| id | load balancer (source) | idle timeout | configurable | a lost request looks like | keepAliveTimeout |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => `| \`${row.id}\` | [${row.name}](${row.url}) | ${describeIdle(row)} | ${describeAnswer(row.configurable)} | ${describeStale(row)} | ${planCell(row)} |`)
  ].join('\n')
}

function lbTable () {
  const rows = loadBalancers()
  const kinds = [...new Set(rows.map(({ kind }) => kind))]
  return kinds.map((kind) => kindTable(kind, rows.filter((row) => row.kind === kind))).join('\n\n')
}

const blocks = [
  { file: 'lib/index.d.ts', open: '/* <generated: LbId, by scripts/sync-docs.js> */', close: '/* </generated: LbId> */', text: lbIds },
  { file: 'README.md', open: '<!-- <generated: load balancers, by scripts/sync-docs.js> -->', close: '<!-- </generated: load balancers> -->', text: lbTable },
  { file: 'README.md', open: '<!-- <generated: real proxies, by scripts/sync-docs.js> -->', close: '<!-- </generated: real proxies> -->', text: reportBlock },
  { file: 'bench/report.html', text: reportPage } // all of it
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
