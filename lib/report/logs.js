'use strict'

// What became of each request in the logs, as one HTML file. The lines that are shown, the
// names of targets, methods and files are whatever somebody sent: they come in as text only.

const { failures, percent, plural, sentences, total } = require('../logs/picture')
const { trafficBuckets } = require('../logs/traffic')
const { h } = require('./markup')
const { renderPage, table, figure } = require('./page')
const { trafficChart } = require('./traffic')

const rowsMax = 20
const textMax = 1200

const hourMs = 3600000

const kinds = {
  ok: 'answered',
  'target-timeout': 'the target took too long',
  refused: 'no connection to a target',
  'mid-response': 'the target broke off its answer',
  'app-error': "the application's own error",
  'client-left': 'the client went away',
  other: 'another reason'
}

/** { verdict, sentence }: red only for the trickle, as a burst is a deploy or a crash. */
function judge ({ lines, bad, races }) {
  if (lines - bad === 0) return { verdict: 'inconclusive', sentence: 'NOTHING READ: there is no line that tells of a request.' }
  if (races.steady > 1) return { verdict: 'unsafe', sentence: 'UNSAFE: requests are lost as in the keep-alive race.' }
  if (races.steady > 0) return { verdict: 'inconclusive', sentence: 'ONE REQUEST: it was lost as in the keep-alive race.' }
  if (races.total > 0) return { verdict: 'inconclusive', sentence: 'BURSTS ONLY: requests are lost when something stops, and not all the time.' }
  if (races.undecided > 0) return { verdict: 'inconclusive', sentence: 'UNDECIDED: requests failed at once, and these logs do not tell the race from a refused connection.' }
  return { verdict: 'safe', sentence: 'NO RACE: no request in these logs looks lost to it.' }
}

/** Races of bursts by the hour in which they begin. */
function burstsByHour (bursts) {
  const byHour = new Map()
  for (const { from, races } of bursts) {
    const startMs = Math.floor(Date.parse(from) / hourMs) * hourMs
    byHour.set(startMs, (byHour.get(startMs) ?? 0) + races)
  }
  return byHour
}

// each on its own scale: beside a deploy nobody would see the trickle
const panels = [
  { name: 'race candidates, the steady trickle,', series: [{ key: 'steady', css: 'unsafe', label: 'lost' }, { key: 'repaired', css: 'range', label: 'repaired by the proxy' }] },
  { name: 'race candidates in bursts', series: [{ key: 'burst', css: 'mind' }] },
  { name: 'other failures', series: [{ key: 'timeouts', css: 'node', label: 'timeouts' }, { key: 'refused', css: 'soft', label: 'refused' }] },
  { name: 'requests', series: [{ key: 'requests', css: 'lb' }] }
]

/** A panel without what never happened. */
function dropEmpty (buckets) {
  return ({ name, series }) => ({ name, series: series.filter(({ key }) => buckets.some((bucket) => bucket[key] > 0)) })
}

function chart (report) {
  const inBursts = burstsByHour(report.races.bursts)
  const countsOf = new Map(report.hours.map(({ time, counts }) => [Date.parse(time), counts]))
  const buckets = trafficBuckets(report).map((bucket) => {
    const counts = countsOf.get(bucket.startMs) ?? {}
    const burst = Math.min(bucket.candidates, inBursts.get(bucket.startMs) ?? 0)
    return { ...bucket, steady: bucket.candidates - burst, burst, timeouts: counts['target-timeout'] ?? 0, refused: counts.refused ?? 0 }
  })
  if (buckets.length === 0) return h('p', null, 'No line that could be read says when it was.')
  return figure(trafficChart({ buckets, panels: panels.map(dropEmpty(buckets)).filter(({ series }) => series.length > 0) }), 'Times are UTC. Candidates that come all day, whatever the traffic, are the keep-alive race; a lone peak is a deploy or a crash.')
}

function kindRows ({ counts, races, lines, bad }) {
  const read = lines - bad
  return [
    ['lost at once, now and then', 'the keep-alive race', races.steady],
    ['lost at once, in bursts', 'a deploy, or a crash of one target', races.inBursts],
    ['lost, and sent again by the proxy', 'the same race; the client never saw it', races.repaired],
    ...Object.entries(kinds).map(([name, what]) => [what, name, counts[name]])
  ].map(([what, why, count]) => [what, String(count), percent(count, read), why])
}

function more (count, noun) {
  return count > rowsMax ? h('p', { class: 'soft' }, `and ${plural(count - rowsMax, `more ${noun}`)}`) : null
}

const shareColumns = ['requests', 'races', 'share', 'repaired', 'refused', 'timeouts']

function shares (rows, noun) {
  const cells = rows.slice(0, rowsMax).map(({ name, counts }) => [
    h('code', null, name), total(counts), counts['keep-alive-race'], percent(counts['keep-alive-race'], total(counts)), counts['repaired-race'], counts.refused, counts['target-timeout']
  ].map((cell) => typeof cell === 'number' ? String(cell) : cell))
  return [table([noun, ...shareColumns], cells, [1, 2, 3, 4, 5, 6]), more(rows.length, noun)]
}

function minute (time) {
  return `${time.slice(0, 10)} ${time.slice(11, 16)}`
}

function bursts (list) {
  const biggest = [...list].sort((a, b) => b.races - a.races).slice(0, rowsMax)
  const rows = biggest.map(({ from, until, target, races, refused, appErrors }) =>
    [minute(from), from === until ? '' : minute(until), target === null ? '–' : h('code', null, target), String(races), String(refused), String(appErrors)])
  return [table(['from', 'to', 'target', 'races', 'refused', "application's errors"], rows, [0, 1, 3, 4, 5]), more(list.length, 'burst')]
}

function evidenceLine ({ file, line, text, why }) {
  const shown = text.length > textMax ? `${text.slice(0, textMax)}…` : text
  return h('li', null, h('span', { class: 'soft' }, `${file}:${line}: ${why}`), h('code', null, shown))
}

function evidence (found) {
  const order = ['keep-alive-race', 'repaired-race', ...failures.slice(1)]
  return order.filter((verdict) => found[verdict]?.length > 0).map((verdict) =>
    h('details', { open: verdict.endsWith('-race') ? '' : null },
      h('summary', null, verdict),
      h('ul', { class: 'lines' }, found[verdict].map(evidenceLine))))
}

function unread ({ bad, lines, badLines, failures: broken, outside, beyond }) {
  return [
    outside > 0 ? h('p', null, `${plural(outside, 'line')} outside of the times asked for`) : null,
    beyond > 0 ? h('p', null, `${plural(beyond, 'line')} counted in no target, hour or minute: there are too many of them`) : null,
    broken.length > 0 ? h('ul', null, broken.slice(0, rowsMax).map(({ file, message }) => h('li', null, 'not read to its end: ', h('code', null, file), `: ${message}`))) : null,
    more(broken.length, 'file'),
    bad > 0 ? h('p', null, `${bad} of ${plural(lines, 'line')} could not be read:`) : null,
    bad > 0 ? h('ul', { class: 'lines' }, badLines.map((line) => evidenceLine({ ...line, text: String(line.text) }))) : null
  ]
}

const remedy = [
  h('p', null, 'The server must keep an idle connection longer than the load balancer does: ', h('code', null, 'applyLbSafeTimeouts(server)'),
    ' of lb-safe-timeouts sets it up. What the load balancer is set to, and what to change on its side instead: ', h('code', null, 'npx lb-safe-timeouts show <load balancer>'), '.'),
  h('p', null, 'No log proves it alone. Measure the server as it runs: ', h('code', null, 'npx lb-safe-timeouts doctor <url> --lb <load balancer>'), '.')
]

function spanOf ({ hours }) {
  if (hours.length === 0) return ''
  const last = new Date(Date.parse(hours[hours.length - 1].time) + hourMs).toISOString()
  return `, ${minute(hours[0].time)} to ${minute(last)} UTC`
}

/** The text of the file; `report` as classifyLogFiles() gives it. */
function renderLogs (report) {
  const { verdict, sentence } = judge(report)
  const { targets, methods, races, bad, failures: broken, outside, beyond } = report
  const sections = [
    { title: 'Over time', content: chart(report) },
    { title: 'What became of the requests', content: table(['', 'requests', 'share', 'why'], kindRows(report), [1, 2]) }
  ]
  if (races.bursts.length > 0) sections.push({ title: 'Bursts', content: bursts(races.bursts) })
  if (targets.length > 0) sections.push({ title: 'By target', content: shares(targets, 'target') })
  if (methods.length > 0) sections.push({ title: 'By method', content: shares(methods, 'method') })
  const shown = evidence(report.evidence)
  if (shown.length > 0) sections.push({ title: 'Evidence: the first lines of each kind', content: shown })
  if (races.steady > 0) sections.push({ title: 'What to do', content: remedy })
  if (bad + broken.length + outside + beyond > 0) sections.push({ title: 'What was not read', content: unread(report) })
  return renderPage({
    title: 'What became of the requests',
    subtitle: `${plural(report.lines, 'line')} of ${plural(report.files, 'file')} (${report.formats.join(', ') || 'no known format'})${spanOf(report)}`,
    verdict,
    lead: [h('p', null, h('strong', null, sentence)), sentences(report).map((text) => h('p', null, text))],
    sections,
    footer: 'Made by lb-safe-timeouts logs.'
  })
}

module.exports = { renderLogs }
