'use strict'

// A report as text: the sentence first, then what it rests on.

const { plainText } = require('../plain-text')
const { formats } = require('./formats')
const { undecidedWhys } = require('./races')
const { trafficBuckets, joinBuckets } = require('./traffic')

const barWidth = 24
const rowsMax = 48
const targetsMax = 10
const textMax = 200
const burstsMax = 5
const filesMax = 20

// failures before the first line
const notBegun = ['LBST_E_LOG_FORMAT', 'LBST_E_UNSUPPORTED', 'ENOENT', 'EACCES']

const failures = ['keep-alive-race', 'target-timeout', 'refused', 'mid-response', 'app-error', 'client-left', 'other']

function plural (count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function percent (part, whole) {
  if (part === 0) return '0 %'
  return whole === 0 ? '' : `${(part / whole * 100).toFixed(part / whole < 0.001 ? 4 : 2)} %`
}

function total (counts) {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** What the numbers mean. */
function sentences ({ races, counts, whys }) {
  const words = []
  if (total(counts) === 0) {
    words.push('No line tells of a request.')
  } else if (races.total + races.undecided === 0) {
    words.push('No request looks lost to the keep-alive race.')
  } else if (races.steady === 1) {
    words.push('1 request lost at once without an answer, as in the keep-alive race; one alone proves little.')
  } else if (races.steady > 0) {
    words.push(`${plural(races.steady, 'request')} lost at once without an answer, spread over ${plural(races.steadyHours, 'hour')}: the steady trickle of the keep-alive race.`)
  }
  for (const [why, count] of undecidedWhys(whys)) words.push(`${plural(count, 'request')} ${why}.`)
  // a year has many deploys
  const shown = races.bursts.length <= burstsMax ? races.bursts : [...races.bursts].sort((a, b) => b.races - a.races).slice(0, burstsMax)
  for (const { from, until, target, races: lost, refused } of shown) {
    const when = from === until ? `at ${from.slice(0, 16)}Z` : `from ${from.slice(0, 16)}Z to ${until.slice(11, 16)}Z`
    words.push(`${plural(lost, 'request')} lost in a burst ${when}${target === null ? '' : ` on ${target}`}${refused > 0 ? `, with ${refused} refused` : ''}: rather a deploy or a crash.`)
  }
  if (shown.length < races.bursts.length) {
    const lost = shown.reduce((rest, burst) => rest - burst.races, races.inBursts)
    words.push(`${plural(lost, 'request')} lost in ${plural(races.bursts.length - shown.length, 'smaller burst')}.`)
  }
  if (races.repaired > 0) words.push(`${plural(races.repaired, 'more race')} repaired by the proxy itself: the client never saw ${races.repaired === 1 ? 'it' : 'them'}.`)
  if (races.steady > 0 && counts.refused > races.steady) words.push('More were refused than lost: look for a target that is down first.')
  return words
}

function table (rows, align = []) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)))
  return rows.map((row) => '  ' + row.map((cell, column) => align[column] === 'left' ? String(cell).padEnd(widths[column]) : String(cell).padStart(widths[column])).join('  ').trimEnd())
}

function bar (value, most, fill) {
  return fill.repeat(value === 0 ? 0 : Math.max(1, Math.round(value / most * barWidth)))
}

function drawHours (report) {
  const all = trafficBuckets(report)
  if (all.length === 0) return []
  const { buckets, hours } = joinBuckets(all, rowsMax)
  const most = (key) => Math.max(1, ...buckets.map((bucket) => bucket[key]))
  const [mostRequests, mostCandidates] = [most('requests'), most('candidates')]
  const rows = buckets.map(({ startMs, requests, candidates }) => [
    new Date(startMs).toISOString().slice(0, 13) + 'h', requests, bar(requests, mostRequests, '░').padEnd(barWidth), candidates, bar(candidates, mostCandidates, '█')
  ])
  return [`Race candidates beside traffic, per ${hours === 1 ? 'hour' : `${hours} hours`} (UTC)`,
    ...table([['', 'requests', '', 'races', ''], ...rows], ['left', 'right', 'left', 'right', 'left']), '']
}

function drawShares (title, rows) {
  const shown = rows.slice(0, targetsMax)
  if (shown.length === 0) return []
  const lines = shown.map(({ name, counts }) => [name, total(counts), counts['keep-alive-race'], percent(counts['keep-alive-race'], total(counts)), counts['repaired-race'], counts.refused, counts['target-timeout']])
  const more = rows.length > shown.length ? [`  and ${rows.length - shown.length} more`] : []
  return [title, ...table([['', 'requests', 'races', 'share', 'repaired', 'refused', 'timeouts'], ...lines], ['left']), ...more, '']
}

function drawEvidence ({ evidence }) {
  const lines = []
  for (const verdict of [...failures.slice(0, 1), 'repaired-race', ...failures.slice(1)]) {
    const entries = evidence[verdict] ?? []
    if (entries.length === 0) continue
    let said = null
    for (const { file, line, text, why } of entries) {
      if (why !== said) lines.push(`${verdict}: ${why}`)
      said = why
      lines.push(`  ${file}:${line}: ${text.length > textMax ? text.slice(0, textMax) + '…' : text}`)
    }
  }
  return lines.length === 0 ? [] : ['Evidence (the first lines of each)', ...lines.map((line) => `  ${line}`), '']
}

function drawBad ({ bad, lines, badLines, failures: unread, outside, beyond }) {
  return [
    ...(outside > 0 ? [`${plural(outside, 'line')} outside of the times asked for`] : []),
    ...(bad > 0 ? [`${bad} of ${plural(lines, 'line')} could not be read:`, ...badLines.map(({ file, line, why, text }) => `  ${file}:${line}: ${why}: ${String(text).slice(0, textMax)}`)] : []),
    ...(bad > 0 && bad === lines ? ['  not one of them is of that format: without --format it is found by content'] : []),
    ...unread.slice(0, filesMax).map(({ file, message, code }) => `${notBegun.includes(code) ? 'not read' : 'not read to its end'}: ${file}: ${message}`),
    ...(unread.length > filesMax ? [`and ${unread.length - filesMax} more files that were not read`] : []),
    ...(unread.some(({ code }) => code === 'LBST_E_LOG_FORMAT') ? [`--format names one of ${formats.join(', ')}`] : []),
    ...(beyond > 0 ? [`${plural(beyond, 'line')} counted in no target, hour or minute: there are too many of them`] : [])
  ]
}

function drawReport (report) {
  const { counts, lines, bad } = report
  return plainText([
    `${plural(lines, 'line')} of ${plural(report.files, 'file')} (${report.formats.join(', ') || 'no format'})`,
    '', ...sentences(report), '',
    'Verdicts',
    ...table([...Object.entries(counts).map(([name, count]) => [name, count, percent(count, lines - bad)])], ['left']), '',
    ...drawHours(report),
    ...drawShares('By target', report.targets),
    ...drawShares('By method', report.methods),
    ...drawEvidence(report),
    ...drawBad(report), ''
  ].join('\n'))
}

module.exports = { drawReport, failures, percent, plural, sentences, total }
