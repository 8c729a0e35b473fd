'use strict'

// The generated block of the README: lost requests by proxy, and the packages side by side.

const { columnsOf, count, judge, proxiesOf, servers } = require('./results')
const { findBehind, mainMeasures, tellMedian, tellMissing } = require('./measures')
const { list, number, sentence, tellCell, tellCommit, tellCommits, tellMachine } = require('./words')

function row (cells) {
  return `| ${cells.map((cell) => String(cell).replace(/[|\\]/g, '\\$&').replace(/\s+/g, ' ')).join(' | ')} |`
}

function table (headings, rows) {
  return [row(headings), `|${headings.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n')
}

/** A list with its first line; nothing where there is nothing to list. */
function bullets (title, lines) {
  return lines.length === 0 ? [] : ['', title, '', ...lines.map((line) => `- ${line}`)]
}

function tellJudgement ({ failures, gaps }) {
  return [
    ...bullets('**It has lost requests:**', failures.map(({ where, what }) => `${where}: ${what}`)),
    ...(gaps.length === 0 ? [] : ['', `${number(gaps.length)} combinations of proxy and case show too little yet; the page names them.`])
  ]
}

function tellBehind ({ measure, own, others }) {
  return `${measure.title}: ${tellMedian(measure, own)} (${list(others.map((peer) => `${peer.name} ${tellMedian(measure, peer)}`))}): ${measure.why}.`
}

function proxiesBlock (results) {
  if (results === null) return 'Nothing measured yet: `npm run test:proxies` writes `bench/results.json`.'
  const columns = columnsOf(results.rows)
  const rows = proxiesOf(results).map(({ id, name }) => [name, ...columns.map((server) => tellCell(count(results.rows, { proxy: id, server })))])
  return [
    table(['lost of attempts', ...columns.map((server) => servers[server] ?? server)], rows),
    '',
    `All cases, GET and POST, with the proxy's own retries and without, Node ${list(results.nodes)}. ${sentence(results.scale)}`,
    `Measured on ${tellMachine(results)}; ${tellCommits(results)}.`,
    ...tellJudgement(judge(results))
  ].join('\n')
}

function peersBlock (results) {
  if (results === null) return 'Nothing measured yet: `npm run bench:peers` writes `bench/peers.json`.'
  const { settings, peers, node, rounds } = results
  const rows = peers.map((peer) => [
    `${peer.name}${peer.version === null ? '' : ` ${peer.version}`}`,
    ...mainMeasures.map((measure) => tellMedian(measure, peer)),
    `${number(peer.figures.lost)} of ${number(peer.figures.sent)}`
  ])
  const headings = [...mainMeasures.map(({ title }) => title), `Requests lost in ${rounds.shutdown} shutdowns`]
  return [
    table(['medians', ...headings], rows),
    '',
    `Node ${node}; ${number(settings.idleConnections)} idle connections; shutdowns of ${settings.shutdownConnections} connections in steady use, with a window of ${settings.windowMs} ms where there is one. "Again" is the same once more: so much two equal rows differ.${tellMissing(peers)}`,
    `Measured on ${tellMachine(results)}; ${tellCommit(results)}.`,
    ...bullets('Where it is behind others, and why:', findBehind(peers).filter(({ measure }) => mainMeasures.includes(measure)).map(tellBehind))
  ].join('\n')
}

/** `results` and `peers` are the parsed files, or null where there is none. */
function readmeBlock ({ results, peers }) {
  const text = [proxiesBlock(results), peersBlock(peers), 'By case, by Node and with quartiles: `bench/report.html`.'].join('\n\n')
  return text.replace(/</g, '&lt;') // no markup comes out of a figure
}

module.exports = { readmeBlock }
