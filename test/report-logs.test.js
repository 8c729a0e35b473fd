'use strict'

// logs --html: what the report says of logs of every size, and that a log line is only text.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const t = require('tap')
const { classifyLogFiles } = require('../lib/logs')
const { renderLogs } = require('../lib/report/logs')
const { dump, noChromium } = require('./support/browser')

const bin = path.join(__dirname, '..', 'bin', 'lb-safe-timeouts.js')
const hostile = '</code><script>alert(1)</script><img src=x onerror=alert(1)>&lt;\u202e'
const startMs = Date.UTC(2026, 0, 14)
const minuteMs = 60000
const hourMs = 60 * minuteMs

const outcomes = {
  ok: ['0.000 0.020 0.000', '200 200'],
  race: ['0.000 0.001 -1', '502 -'],
  timeout: ['0.000 60.000 -1', '504 -'],
  refused: ['-1 -1 -1', '502 -']
}

function line (ms, outcome, { method = 'GET', target = '192.0.2.1:3000', agent = 'curl/8.5.0' } = {}) {
  const time = new Date(ms).toISOString()
  const [times, statuses] = outcomes[outcome]
  return `https ${time} app/shop/50dc 203.0.113.7:51234 ${target} ${times} ${statuses} 412 277 "${method} https://shop.example.com:443/api HTTP/1.1" "${agent}" - - arn "Root=1" "-" "-" 0 ${time} "forward" "-" "-" "${target}" "-" "-" "-"\n`
}

/** A log of `hours`: a trickle, timeouts, refusals, and one deploy. */
function trickle (hours, perHour) {
  const lines = []
  for (let hour = 0; hour < hours; hour++) {
    for (let i = 0; i < perHour; i++) {
      const outcome = i !== hour % perHour ? 'ok' : hour % 3 === 0 ? 'race' : hour % 3 === 1 ? 'timeout' : 'refused'
      lines.push(line(startMs + hour * hourMs + i * hourMs / perHour, outcome, { method: i % 2 === 0 ? 'GET' : 'POST', target: `192.0.2.${i % 4}:3000` }))
    }
    if (hour === hours >> 1) for (let i = 0; i < 50; i++) lines.push(line(startMs + hour * hourMs + i * 1000, 'race', { target: '192.0.2.3:3000' }))
  }
  return lines.join('')
}

/** The report on a log of this text, and the HTML of it. */
async function render (t, text, options) {
  const dir = t.testdir({ 'a.log': text })
  const report = await classifyLogFiles([path.join(dir, 'a.log')], { threads: 1, ...options })
  return { report, html: renderLogs(report) }
}

function checkPage (t, html) {
  t.match(html, /^<!DOCTYPE html>\n<html lang="en">/)
  t.notMatch(html, /<script|<img|<link|<iframe| onerror="|\b(src|href)\s*=\s*"|@import|url\(/i, 'nothing to run or to load')
  t.notMatch(html, /undefined|NaN|Infinity|\[object|null/)
}

t.test('what it says', async (t) => {
  const days = await render(t, trickle(72, 20))
  checkPage(t, days.html)
  t.match(days.html, /<section class="verdict unsafe">.*UNSAFE: requests are lost as in the keep-alive race/s)
  t.match(days.html, /24 requests lost at once without an answer, spread over 24 hours: the steady trickle/)
  t.match(days.html, /50 requests lost in a burst at 2026-01-15T12:00Z on 192\.0\.2\.3:3000/)
  t.match(days.html, /1490 lines of 1 file \(alb\), 2026-01-14 00:00 to 2026-01-17 00:00 UTC/)
  for (const name of ['race candidates, the steady trickle, per hour', 'race candidates in bursts per hour', 'other failures per hour', 'requests per hour', 'By target', 'By method', 'Evidence', 'What to do']) t.match(days.html, new RegExp(name))
  t.match(days.html, /<td>lost at once, now and then<\/td><td class="number">24<\/td>/)
  t.match(days.html, /<td>lost at once, in bursts<\/td><td class="number">50<\/td>/)
  t.equal(days.html.match(/<rect class="unsafe"/g).length, 24 + 1, 'a bar for each hour with a loss, and one that says what it is')
  t.equal(days.html.match(/<rect class="mind"/g).length, 1)
  t.equal(days.html.match(/<rect class="lb"/g).length, 72)
  t.match(days.html, /a\.log:\d+: the target closed the connection at once/)

  const year = await render(t, trickle(365 * 24, 2))
  checkPage(t, year.html)
  t.equal(year.report.beyond, 0, 'there is room for the hours of a year')
  t.match(year.html, /2026-01-14 00:00 to 2027-01-14 00:00 UTC/)
  t.match(year.html, /requests per 2 days/)
  t.ok(year.html.match(/<rect/g).length < 1000)
  t.ok(year.html.length < 200000, `${year.html.length} characters`)

  const one = await render(t, line(startMs, 'race'))
  checkPage(t, one.html)
  t.match(one.html, /ONE REQUEST: .*one alone proves little/s)
  const good = await render(t, line(startMs, 'ok'))
  checkPage(t, good.html)
  t.match(good.html, /<section class="verdict safe">.*NO RACE/s)
  const refused = await render(t, line(startMs, 'ok') + line(startMs, 'refused', { method: 'POST' }))
  checkPage(t, refused.html)
  t.match(refused.html, /<section class="verdict inconclusive">.*UNDECIDED: .*1 request undecided: .*TargetConnectionErrorCount/s)
  t.notMatch(refused.html, /NO RACE|No request looks lost/)
  const burst = await render(t, Array.from({ length: 40 }, (_, i) => line(startMs + i * 3000, 'race')).join(''))
  t.match(burst.html, /<section class="verdict inconclusive">.*BURSTS ONLY/s, 'a deploy in a log with nothing else')
  const deploys = await render(t, Array.from({ length: 9 * 20 }, (_, i) => line(startMs + Math.floor(i / 20) * 5 * hourMs + i % 20 * 1000, 'race')).join(''))
  t.match(deploys.html, /80 requests lost in 4 smaller bursts\./, 'a year of deploys is no page of sentences')
  t.equal(deploys.html.match(/rather a deploy/g).length, 5)
  for (const [text, options] of [['', {}], ['junk\n', { format: 'alb' }], [line(startMs, 'race'), { until: new Date(startMs) }]]) {
    const { html } = await render(t, text, options)
    checkPage(t, html)
    t.match(html, /NOTHING READ/)
  }
})

t.test('a log line is text, whatever stands in it', async (t) => {
  const text = line(startMs, 'race', { agent: hostile, target: '<b>x</b>' }) + line(startMs + hourMs, 'race', { method: '<s>', agent: '\0\x1b[2J\x9b' }) + `https ${hostile}\n${hostile}\n`
  const { report, html } = await render(t, text + 'https \xff\xfe\ud800\n')
  checkPage(t, html)
  t.ok(report.bad >= 2)
  t.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
  // eslint-disable-next-line no-control-regex
  t.notMatch(html, /[\0-\x08\x0b-\x1f]/)
  report.failures.push({ file: hostile, message: hostile })
  report.formats = [hostile]
  report.races.bursts.push({ from: '2026-01-14T00:00:00Z', until: '2026-01-14T00:00:00Z', target: hostile, races: 9, refused: 0, appErrors: 0 })
  report.methods.push({ name: hostile, counts: report.counts })
  checkPage(t, renderLogs(report))
})

t.test('the command', async (t) => {
  const dir = t.testdir({ 'a.log': trickle(5, 4), out: {} })
  const html = path.join(dir, 'report.html')
  const run = (...args) => spawnSync(process.execPath, [bin, 'logs', ...args], { encoding: 'utf8' })
  const made = run(path.join(dir, 'a.log'), '--html', html)
  t.equal(made.status, 1, made.stderr)
  t.match(made.stdout, /By target/, 'and the text as ever')
  checkPage(t, fs.readFileSync(html, 'utf8'))
  const mistakes = [
    [[path.join(dir, 'a.log'), '--html', path.join(dir, 'no', 'x.html')], /cannot be written: ENOENT/],
    [[path.join(dir, 'a.log'), '--html', path.join(dir, 'out')], /cannot be written: EISDIR/],
    [['--sql', 'duckdb', '--html', html], /LBST_E_CONFLICT/]
  ]
  for (const [args, message] of mistakes) t.match(run(...args), { status: 2, stderr: message, stdout: '' })
})

t.test('in a browser', { skip: noChromium, timeout: 90000 }, async (t) => {
  const { html } = await render(t, trickle(72, 20) + line(startMs + 72 * hourMs, 'race', { agent: hostile }))
  // for the eyes: LBST_SCREENSHOTS names a folder
  const folder = process.env.LBST_SCREENSHOTS
  if (folder !== undefined) {
    for (const width of [500, 1000]) {
      for (const dark of [false, true]) await dump(t, html, { dark, size: `${width},1900`, screenshot: path.join(folder, `logs-${width}-${dark ? 'dark' : 'light'}.png`) })
    }
  }
  const dom = await dump(t, html)
  t.notMatch(dom, /<script|<img|onerror="/, 'what came from outside is text to the browser')
  t.equal(dom.match(/<svg [^>]*class="traffic"/g).length, 1)
  t.equal(dom.match(/<rect class="lb"/g).length, 73)
  t.match(dom, /<details open=""><summary>keep-alive-race/)
})
