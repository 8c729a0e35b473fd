'use strict'

// The HTML report: escaped, whole without script and network, and as a browser sees it.

const path = require('node:path')
const t = require('tap')
const { native } = require('../lib/binding')
const { ticks } = require('../lib/report/axis')
const { renderDoctor } = require('../lib/report/doctor')
const { bin, histogramChart } = require('../lib/report/histogram')
const { h, render } = require('../lib/report/markup')
const { renderPage, figure } = require('../lib/report/page')
const { thin, trafficChart } = require('../lib/report/traffic')
const { dump, noChromium } = require('./support/browser')

const hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>\'&\u0000'
const hourMs = 3600000

const noEnds = { fin: 0, rst: 0, 408: 0, answer: 0, open: 0, notKept: 0, failed: 0 }

/** A report as examine() makes it, of given closes; the verdict is the real one. */
function report (closes, idleTimeoutMs, name) {
  const series = Object.fromEntries(Object.entries(closes).map(([state, closesMs]) => {
    return [state, { closesMs, answered: 0, open: closesMs.length === 0 ? 2 : 0, openMs: 75000, notKept: 0, failed: 0, passedMs: 0 }]
  }))
  const { verdict, idleBelowMs, states } = native().doctorJudge(series, idleTimeoutMs)
  for (const [state, closesMs] of Object.entries(closes)) {
    const ends = { ...noEnds, fin: closesMs.length, open: series[state].open }
    Object.assign(states[state], { connections: 2, closesMs, ends, statuses: [], errors: [] })
  }
  return {
    url: 'http://127.0.0.1:3000/',
    lb: { id: null, name, idleTimeoutMs },
    verdict,
    idleBelowMs,
    limitMs: 75000,
    lateMs: 1.5,
    server: { status: 200, keepAlive: 'timeout=5' },
    states,
    race: { tried: 8, answered: 5, lost: 2, late: 1, failed: 0, lostMs: { from: 5999, to: 6001 }, window: { fromMs: 5990, toMs: 6010 } },
    remedies: verdict === 'unsafe' ? [{ side: 'Node', text: 'keepAliveTimeout 65000', lines: [] }, { side: name, text: 'lower it', lines: [{ where: 'a file', line: hostile }] }] : []
  }
}

const unsafe = report({ unused: [60010, 75000], idle: [5999.5, 6001], headers: [60010, 61000], body: [] }, 60000, 'The LB')

t.test('markup', async (t) => {
  t.equal(render(h('p', { title: hostile, hidden: null, x: 1 / 3 }, hostile)),
    '<p title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&amp;\ufffd" x="0.33">' +
    '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&amp;\ufffd</p>')
  t.equal(render(h('p', null, [h('b', null, 1), null, false, ['x']])), '<p><b>1</b>x</p>')
})

t.test('axes and bins', async (t) => {
  t.same(ticks(0, 62400, 7), [0, 10000, 20000, 30000, 40000, 50000, 60000])
  t.same(ticks(0, 1, 3), [0, 0.5, 1])
  t.same(ticks(5998, 6002, 5), [5998, 5999, 6000, 6001, 6002])
  const values = [1500.2, 1500.4, 1501, 1507.7]
  const { counts } = bin(values)
  t.equal(counts.reduce((sum, count) => sum + count), values.length, 'every value is in a bin')
  t.same(bin([5, 5, 5]).counts, [3], 'all the same')
  t.match(render(histogramChart([5])), /1 measured closes from 5.0 to 5.0 ms/)
})

t.test('traffic is thinned, and nothing is lost', async (t) => {
  const buckets = Array.from({ length: 1000 }, (_, index) => ({ startMs: index * hourMs, requests: index, candidates: index % 3 }))
  const { bars, barMs } = thin(buckets, hourMs)
  t.ok(bars.length <= 240)
  t.equal(barMs, 6 * hourMs)
  for (const key of ['requests', 'candidates']) {
    const sum = (list) => list.reduce((total, bucket) => total + bucket[key], 0)
    t.equal(sum(bars), sum(buckets))
  }
  t.match(render(trafficChart({ buckets })), /race candidates per 6 hours/)
  t.match(render(trafficChart({ buckets: buckets.slice(0, 1) })), /race candidates per hour/)
})

t.test('every text is escaped, and nothing is loaded', async (t) => {
  const evil = report({ unused: [], idle: [5999], headers: [], body: [] }, 60000, hostile)
  Object.assign(evil, { url: hostile })
  evil.server.keepAlive = hostile
  evil.states.body.errors = [hostile]
  evil.states.headers.reasons = ['LBST_D_NO_SAMPLE']
  evil.states.headers.errors = [hostile]
  const text = renderDoctor(evil)
  t.notMatch(text, /<script|<img|\sonerror="|<link|<iframe/i)
  t.notMatch(text.replace(/<(title|h1)>.*?<\/\1>/g, ''), /\b(src|href)\s*=\s*"|url\((?!#hatch)|@import/, 'nothing to load')
  t.match(text, /Content-Security-Policy" content="default-src &#39;none&#39;; style-src/)
  t.notMatch(text, /undefined|NaN|\[object/)
})

// ---- in a browser ----------------------------------------------------------------------

t.test('in a browser', { skip: noChromium, timeout: 90000 }, async (t) => {
  const traffic = Array.from({ length: 72 }, (_, index) => ({
    startMs: Date.UTC(2026, 10, 1) + index * hourMs,
    requests: Math.round(5000 + 4000 * Math.sin(index / 4)),
    candidates: index % 5 + (index === 40 ? 30 : 0)
  }))
  const page = renderPage({
    title: 'logs', subtitle: 's', verdict: 'unsafe', lead: 'x', footer: 'f', sections: [{ title: 'Race candidates over time', content: figure(trafficChart({ buckets: traffic }), 'UTC') }]
  })
  // for the eyes: LBST_SCREENSHOTS names a folder
  const folder = process.env.LBST_SCREENSHOTS
  if (folder !== undefined) {
    for (const [name, text] of [['doctor', renderDoctor(unsafe)], ['logs', page]]) {
      for (const dark of [false, true]) await dump(t, text, { dark, screenshot: path.join(folder, `${name}-${dark ? 'dark' : 'light'}.png`) })
    }
  }

  const dom = await dump(t, renderDoctor(unsafe))
  const count = (pattern) => (dom.match(pattern) ?? []).length
  t.equal(count(/<svg [^>]*class="timeline"/g), 1)
  t.equal(count(/<svg [^>]*class="histogram"/g), 3, 'one for each state that was closed')
  t.equal(count(/<rect class="unsafe-soft"/g), 1, 'one unsafe window: idle')
  t.match(dom, /<section class="verdict unsafe">/)
  t.match(dom, /gives up after 60 s/)
  t.match(dom, /closes after 6 s, then unsafe/)
  t.match(dom, /still open at 75 s/)
  t.match(dom, /8 requests sent 5.99 s to 6.01 s after an answer: 5 answered, 2 LOST/)
  t.match(dom, /Two remedies/)
  t.notMatch(dom, /<script/)

  const logs = await dump(t, page)
  t.equal((logs.match(/<rect class="lb"/g) ?? []).length, 72, 'a bar for each hour of traffic')
  t.equal((logs.match(/<rect class="unsafe"/g) ?? []).length, traffic.filter(({ candidates }) => candidates > 0).length)
  t.match(logs, /race candidates per hour/)

  const evil = report({ unused: [], idle: [5999], headers: [], body: [] }, null, hostile)
  const parsed = await dump(t, renderDoctor(evil))
  t.notMatch(parsed, /<img|<script|onerror="/, 'what came from outside is text to the browser')
  t.match(parsed, /no limit ▶/)
})
