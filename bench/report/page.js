'use strict'

// bench/report.html: all that the two files of results say, on one page.

const { badge, renderPage, table } = require('../../lib/report/page')
const { h } = require('../../lib/report/markup')
const { attemptsMin, cases, casesOf, columnsOf, count, judge, ours, proxiesOf, servers } = require('./results')
const { peersSections } = require('./peers')
const { list, notRun, number, sentence, tellCell, tellCommits, tellMachine, tellShare } = require('./words')

/** A cell in the colour of what it says; the text says it without. */
function cell (found, server) {
  if (found === null) return h('span', { class: 'soft' }, notRun)
  const isLost = found.lost > 0 || found.twice > 0
  const notes = [
    found.lost > 0 ? tellShare(found.lost / found.attempts) : null,
    found.met > 0 ? `${number(found.met)} met` : null
  ].filter((note) => note !== null)
  const under = notes.length === 0 ? null : [h('br'), h('span', { class: 'soft' }, notes.join(', '))]
  return [h('span', { class: isLost ? 'badge unsafe' : server === ours ? 'badge safe' : null }, tellCell(found)), under]
}

/** One line for each of `lines`, { name, wanted }, and one column for each server. */
function cellTable (results, heading, lines) {
  const columns = columnsOf(results.rows)
  return table(
    [heading, ...columns.map((server) => servers[server] ?? server)],
    lines.map(({ name, wanted }) => [h('strong', null, name), ...columns.map((server) => cell(count(results.rows, { ...wanted, server }), server))]),
    columns.map((_, column) => column + 1))
}

/** The values that `key` has in the rows, as lines of a table. */
function linesBy (rows, key, tell = (value) => value) {
  return [...new Set(rows.map((row) => row[key]))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((value) => ({ name: tell(value), wanted: { [key]: value } }))
}

function byProxy (results, wanted = {}) {
  return cellTable(results, 'proxy', proxiesOf(results).map(({ id, name }) => ({ name, wanted: { ...wanted, proxy: id } })))
}

function tellHow ({ how }) {
  const words = Object.entries(how).filter(([, times]) => times > 0).sort(([, a], [, b]) => b - a)
  return words.length === 0 ? 'none lost' : words.map(([name, times]) => `${name}: ${number(times)}`).join(', ')
}

/** What the client saw of a lost request, of all the servers that lost some. */
function howTable (results) {
  return table(['proxy', 'what the client saw', 'its retries are switched off by'], proxiesOf(results).map(({ id, name }) => {
    const found = count(results.rows, { proxy: id })
    const { retriesOff = null } = results.proxies.find((proxy) => proxy.id === id) ?? {}
    return [h('strong', null, name), found === null ? notRun : tellHow(found), retriesOff === null ? 'nothing that we know of' : h('code', null, retriesOff)]
  }))
}

function tellList (title, entries) {
  if (entries.length === 0) return null
  return [h('p', null, title), h('ul', null, entries.map(({ where, what }) => h('li', null, `${where}: ${what}`)))]
}

function lead (results, { verdict, failures, gaps, notRun: holes }) {
  const own = count(results.rows, { server: ours })
  const control = count(results.rows, { server: 'vulnerable' })
  return h('div', null,
    h('p', null, badge(verdict), ' ', h('strong', null, `lb-safe-timeouts: ${own === null ? notRun : `${tellCell(own)} requests lost`}; vulnerable Node: ${control === null ? notRun : tellCell(control)}.`)),
    tellList('Failures:', failures),
    tellList(`Shown only where there are at least ${number(attemptsMin)} attempts and the control lost some. Not shown:`, gaps),
    holes.length === 0 ? null : h('p', { class: 'soft' }, `Without a run (not every proxy can have every case): ${holes.join('; ')}.`))
}

function proxySections (results) {
  const { rows } = results
  return [
    {
      title: 'All cases together: lost requests of attempts',
      content: [byProxy(results), h('p', { class: 'soft' }, 'A request that was "met" came on the very connection that the case is about: those that a proxy sent on another one show nothing.')]
    },
    ...casesOf(rows).map((what) => ({ title: cases[what] ?? what, content: byProxy(results, { case: what }) })),
    {
      title: 'By Node, retries, method and upstream',
      content: cellTable(results, 'all proxies', [
        ...linesBy(rows, 'node', (node) => `Node ${node}`),
        ...linesBy(rows, 'retries', (retries) => `retries: ${retries}`),
        ...linesBy(rows, 'method'),
        ...linesBy(rows, 'upstream', (upstream) => `${upstream} to Node`)
      ])
    },
    { title: 'What a lost request looks like', content: howTable(results) }
  ]
}

/** The text of the file; `results` and `peers` are the parsed files, or null where there is none. */
function renderBench ({ results, peers }) {
  const found = results === null ? null : judge(results)
  return renderPage({
    title: 'lb-safe-timeouts: real proxies, real figures',
    subtitle: results === null
      ? 'Requests lost between proxies and Node.'
      : `Requests lost between ${list(proxiesOf(results).map(({ name }) => name))} and Node ${list(results.nodes)}. ${sentence(results.scale)}`,
    verdict: found?.verdict ?? 'inconclusive',
    lead: results === null ? h('p', null, badge('inconclusive'), ' Not run: ', h('code', null, 'npm run test:proxies'), ' writes bench/results.json.') : lead(results, found),
    sections: [...(results === null ? [] : proxySections(results)), ...peersSections(peers)],
    footer: results === null ? 'Made by npm run report.' : `Proxies: ${tellMachine(results)}; ${tellCommits(results)}. Made by npm run report.`
  })
}

module.exports = { renderBench }
