'use strict'

// The table of the README and the page of figures: counted from the rows of a run, with what
// was not run named as such, escaped, and up to date with the files in bench/.

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const t = require('tap')
const { orderOf, takeRounds, oneByOne } = require('../bench/peers/rounds')
const { summarize } = require('../bench/peers/summary')
const { findBehind } = require('../bench/report/measures')
const { renderBench } = require('../bench/report/page')
const { readmeBlock } = require('../bench/report/readme')
const { cases, count, judge } = require('../bench/report/results')
const { tellShare } = require('../bench/report/words')
const { peers, results, row } = require('./fixtures/bench-figures')
const { dump, noChromium } = require('./support/browser')

const root = path.join(__dirname, '..')
const hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>\'&|\u0000'

/** The results with other rows. */
function withRows (rows) {
  return { ...results, rows }
}

/** The cells of the README's row that starts with `name`. */
function cellsOf (markdown, name) {
  const line = markdown.split('\n').find((line) => line.startsWith(`| ${name} `))
  return line.slice(2, -2).split(' | ').slice(1)
}

t.test('what is committed is of the figures that are committed', async (t) => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/sync-docs.js', '--check'], { cwd: root, encoding: 'utf8' })
  t.equal(status, 0, stderr)
})

t.test('rows are counted', async (t) => {
  t.same(count(results.rows, { proxy: 'nginx', case: 'idle', server: 'vulnerable' }), { attempts: 3000, lost: 42, twice: 0, met: 0, how: { 502: 42 } })
  t.same(count(results.rows, { proxy: 'haproxy', server: 'vulnerable' }), { attempts: 4000, lost: 8, twice: 0, met: 0, how: { closed: 7, 503: 1 } })
  t.equal(count(results.rows, { proxy: 'caddy' }), null, 'no row')
  t.equal(count(results.rows, { proxy: 'haproxy', server: 'fastify' }), null, 'a row without an attempt')
  t.equal(count(results.rows, { method: 'POST' }).attempts, 2800)
})

t.test('shares', async (t) => {
  t.same([1, 0.5, 0.00123, 0.0666].map(tellShare), ['100 %', '50 %', '0.12 %', '6.7 %'])
})

t.test('the table of the README', async (t) => {
  const block = readmeBlock({ results, peers })
  t.match(block, '| lost of attempts | vulnerable Node | the two-line fix | Fastify\'s default | http-terminator at shutdown | lb-safe-timeouts |')
  t.same(cellsOf(block, 'nginx 1.22'), ['49 of 5,000', '0 of 2,000', 'not run', '12 of 2,000', '0 of 4,500'])
  t.same(cellsOf(block, 'HAProxy 2.6'), ['8 of 4,000', 'not run', 'not run', 'not run', '0 of 4,000'])
  t.same(cellsOf(block, 'Caddy 2.6'), Array(5).fill('not run'), 'a proxy of which there was no run')
  t.match(block, 'Node 18.20.8 and 24.21.0. Idle timeouts divided by 20.')
  t.match(block, '2 × A &lt;CPU> & more, An OS, kernel 6.1.0; commit 0123456789, 2026-11-20; 1 of 13 rows of commit 9876543210 with changes that were not committed, 2026-11-19.')
  t.match(block, 'kernel 6.1.0, load 0.3 before the run; commit 0123456789 with changes that were not committed', 'the peers were measured in between')
  t.match(block, 'without the binaries for darwin-x64, which')
  t.match(cellsOf(block, 'lb-safe-timeouts 0.1.0').join(), '1.60,3,6.0,0.998,28.0,414,0 of 14,000')
  t.match(block, '- Shutdown under load, ms: 414 (Node alone 25 and stoppable 28): on purpose')

  const lost = readmeBlock({ results: withRows([...results.rows, row('nginx', 'idle', 'ours', 10, 1, { twice: 2 })]), peers })
  t.same(cellsOf(lost, 'nginx 1.22').pop(), '1 of 4,510, 2 twice')
  t.match(lost, '- nginx 1.22, idle: 1 of 2510 requests lost')
  t.match(lost, '- nginx 1.22, idle: 2 of 2510 requests processed twice')

  const odd = readmeBlock({ results: withRows([row('squid|', 'idle', 'koa', 5, 1)]), peers: null })
  t.same(cellsOf(odd, 'squid\\|'), [...Array(5).fill('not run'), '1 of 5'], 'what nobody has a name for has a row and a column')
  t.match(odd, 'npm run bench:peers')
  t.match(readmeBlock({ results: null, peers: null }), /`npm run test:proxies`[^]*`npm run bench:peers`/)
})

t.test('what a run shows', async (t) => {
  const others = Object.keys(cases).filter((name) => name !== 'idle').flatMap((name) => [row('nginx', name, 'ours', 2000, 0), row('nginx', name, 'vulnerable', 2000, 1)])
  const verdictOf = (rows, rest = others) => judge({ ...withRows([...rows, ...rest]), proxies: [{ id: 'nginx', name: 'nginx', version: '1' }] })
  const own = row('nginx', 'idle', 'ours', 2000, 0)
  const control = row('nginx', 'idle', 'vulnerable', 2000, 1)
  t.same(verdictOf([own, control]), { verdict: 'safe', failures: [], gaps: [], notRun: [] })
  t.match(verdictOf([own, { ...control, lost: 0 }]), { verdict: 'inconclusive', gaps: [{ what: /control lost none/ }] })
  t.match(verdictOf([own]), { verdict: 'inconclusive', gaps: [{ what: 'no control' }] })
  t.match(verdictOf([control]), { verdict: 'inconclusive', gaps: [{ what: 'not run with ours' }] })
  t.match(verdictOf([{ ...own, attempts: 1999 }, control]), { verdict: 'inconclusive', gaps: [{ what: /only 1999/ }] })
  t.match(verdictOf([{ ...own, lost: 1 }, control]), { verdict: 'unsafe', failures: [{ where: 'nginx 1, idle', what: '1 of 2000 requests lost' }] })
  t.match(verdictOf([{ ...own, twice: 1 }, control]), { verdict: 'unsafe', failures: [{ what: /processed twice/ }] })
  t.match(verdictOf([]), { verdict: 'inconclusive', gaps: [{ where: 'idle', what: 'not run' }] }, 'a case that nobody ran')
  t.same(verdictOf([own, control, row('squid', 'idle', 'ours', 2000, 0), row('squid', 'idle', 'vulnerable', 2000, 9)]),
    { verdict: 'safe', failures: [], gaps: [], notRun: ['unused', 'stall', 'deploy', 'restart', 'chain'].map((name) => `squid, ${name}`) })
  t.equal(verdictOf([], []).gaps.length, 6)
})

t.test('where ours is behind', async (t) => {
  const behind = Object.fromEntries(findBehind(peers.peers).map(({ measure: { key }, others }) => [key, others.map(({ id }) => id)]))
  t.same(behind, {
    installMb: ['bare', 'stoppable'],
    packages: ['bare', 'stoppable'],
    loadMs: ['bare', 'stoppable'],
    useMs: ['bare', 'stoppable'],
    heapMb: ['bare', 'lightship'],
    shutdownMs: ['bare', 'stoppable']
  }, 'only where the middle halves do not meet, the best first')
})

t.test('samples become figures', async (t) => {
  const subjects = [{ id: 'bare' }, { id: 'ours' }, { id: 'third' }]
  t.same([0, 1, 2, 3].map((round) => orderOf(subjects, round)[0].id), ['bare', 'bare', 'third', 'third'])
  let turn = 0
  const samples = await takeRounds(subjects, 4, oneByOne(async ({ id }) => ({ id, turn: turn++ })))
  for (const { id } of subjects) t.ok(samples[id].every((sample) => sample.id === id), 'each sample goes to its subject')
  t.same(Object.values(samples).map((list) => list.length), [4, 4, 4])

  // a machine that gets slower and slower: the pairs do not
  const pairs = (own, bare) => ({ ours: own, bare })
  const figures = summarize('ours', {
    load: pairs([{ loadMs: 4, useMs: 5 }, { loadMs: 8, useMs: 9 }], []),
    throughput: pairs([{ requestsPerSecond: 99, cpuUs: 22 }, { requestsPerSecond: 198, cpuUs: 11 }], [{ requestsPerSecond: 100, cpuUs: 20 }, { requestsPerSecond: 200, cpuUs: 10 }]),
    memory: pairs([{ heapMb: 1, rssMb: 2 }, { heapMb: 3, rssMb: 4 }], []),
    shutdown: pairs([{ lost: 1, sent: 10, shutdownMs: 5 }, { lost: 2, sent: 20, shutdownMs: 7 }], [])
  })
  t.same(figures.throughputRatio, { lower: 0.99, median: 0.99, upper: 0.99 })
  t.same(figures.cpuRatio, { lower: 1.1, median: 1.1, upper: 1.1 })
  t.match(figures, { loadMs: { lower: 5, median: 6, upper: 7 }, useMs: { median: 7 }, cpuUs: { median: 16.5 }, heapMb: { median: 2 }, lost: 3, sent: 30, shutdownMs: { median: 6 } })
})

/** Throws where an element is not closed in its turn. Returns how many there are of each. */
function countElements (html) {
  const open = []
  const counts = {}
  for (const [, close, name] of html.replace(/<style>.*?<\/style>/s, '<style></style>').matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^<>]*>/g)) {
    if (close === '') {
      counts[name] = (counts[name] ?? 0) + 1
      if (!['meta', 'br'].includes(name)) open.push(name)
    } else if (open.pop() !== name) throw new Error(`</${name}> closes nothing`)
  }
  if (open.length > 0) throw new Error(`<${open.pop()}> is not closed`)
  return counts
}

function makeEvil () {
  const evil = JSON.parse(JSON.stringify({ results, peers }))
  evil.results.proxies[0].name = hostile
  evil.results.machine.cpu = hostile
  evil.results.commit = hostile
  evil.results.rows.push(row(hostile, hostile, hostile, 10, 1, { how: { [hostile]: 1 }, node: hostile, retries: hostile, upstream: hostile, method: hostile }))
  evil.peers.peers[1].name = hostile
  evil.peers.peers[1].version = hostile
  return evil
}

t.test('the page', async (t) => {
  const page = renderBench({ results, peers })
  t.match(page, /<section class="verdict inconclusive">/, 'cases were not run')
  t.match(page, /Caddy 2\.6, idle; Caddy 2\.6, deploy\./)
  t.match(page, '<li>stall: not run</li>')
  t.match(page, '<span class="badge safe">0 of 2,000</span><br><span class="soft">1,234 met</span>')
  t.match(page, '<code>proxy_next_upstream off</code>')
  t.match(page, '<span class="badge unsafe">42 of 3,000</span><br><span class="soft">1.4 %</span>')
  t.match(page, '<span class="badge safe">0 of 2,500</span>')
  t.match(page, 'closed: 7, 503: 1')
  t.equal((page.match(/<svg /g) ?? []).length, 10, 'a chart for each measure')
  t.notMatch(page, /<script|undefined|NaN|\[object|\b(src|href)\s*=\s*"|@import/)
  t.doesNotThrow(() => countElements(page))
  t.match(page, 'commit 0123456789')

  const evil = renderBench(makeEvil())
  t.notMatch(evil, /<script|<img|\sonerror="|<link|<iframe/i)
  t.doesNotThrow(() => countElements(evil))
  t.notMatch(readmeBlock(makeEvil()), /<script|<img/i)

  for (const part of [{ results: null, peers: null }, { results, peers: null }, { results: null, peers }]) {
    const text = renderBench(part)
    t.match(text, /Not run/)
    t.notMatch(text, /undefined|NaN|\[object/)
    t.doesNotThrow(() => countElements(text))
  }
})

t.test('in a browser', { skip: noChromium, timeout: 90000 }, async (t) => {
  const page = renderBench({ results, peers })
  // for the eyes: LBST_SCREENSHOTS names a folder
  const folder = process.env.LBST_SCREENSHOTS
  if (folder !== undefined) {
    for (const dark of [false, true]) await dump(t, page, { dark, size: '1100,3800', screenshot: path.join(folder, `bench-${dark ? 'dark' : 'light'}.png`) })
  }
  for (const text of [page, renderBench(makeEvil())]) {
    // a browser mends what is wrong, and so has other elements then
    t.same(countElements(await dump(t, text)), countElements(text), 'the browser sees the elements that were written')
  }
})
