'use strict'

// The packages side by side, as sections of the page.

const { h } = require('../../lib/report/markup')
const { figure, table } = require('../../lib/report/page')
const { intervalsChart } = require('./intervals')
const { findBehind, measures, tellMedian, tellMissing } = require('./measures')
const { list, number, tellCommit, tellMachine } = require('./words')

/** The quartiles, or null where a figure has none. */
function tellSpread ({ of, digits }, peer) {
  const { lower, upper } = of(peer)
  return lower === upper ? null : `${lower.toFixed(digits)} to ${upper.toFixed(digits)}`
}

function tellFigure (measure, peer) {
  const spread = tellSpread(measure, peer)
  return `${tellMedian(measure, peer)}${spread === null ? '' : ` (${spread})`}`
}

/** The same with a line each, or the table has no end. */
function figureCell (measure, peer) {
  const spread = tellSpread(measure, peer)
  return [tellMedian(measure, peer), spread === null ? null : [h('br'), h('span', { class: 'soft' }, spread)]]
}

function chart (measure, peers) {
  const rows = peers.map((peer) => ({ label: peer.name, isOurs: peer.id === 'ours', ...measure.of(peer), text: tellFigure(measure, peer) }))
  return h('div', null, h('h3', null, measure.title),
    figure(intervalsChart({ name: measure.title, rows, fromZero: measure.isBetter === 'low' }), measure.isBetter === 'low' ? 'Less is better.' : 'More is better.'))
}

function peerRow (peer) {
  const { figures } = peer
  return [
    h('strong', null, peer.name),
    peer.version ?? '–',
    ...measures.map((measure) => figureCell(measure, peer)),
    Math.round(figures.requestsPerSecond.median).toLocaleString('en-US'),
    `${number(figures.lost)} of ${number(figures.sent)}`
  ]
}

function tellBehind (peers) {
  const behind = findBehind(peers)
  if (behind.length === 0) return h('p', null, 'In no measure is the middle half of our samples worse than that of another package.')
  return h('ul', null, behind.map(({ measure, own, others }) => h('li', null,
    h('strong', null, `${measure.title}: ${tellMedian(measure, own)}`), `, against ${list(others.map((peer) => `${peer.name} ${tellMedian(measure, peer)}`))}. Why: ${measure.why}.`)))
}

/** Sections of `results`, the parsed bench/peers.json or null. */
function peersSections (results) {
  if (results === null) return [{ title: 'What people use instead', content: h('p', null, 'Not run: ', h('code', null, 'npm run bench:peers'), ' writes bench/peers.json.') }]
  const { peers, settings, rounds, node } = results
  const headings = ['package', 'version', ...measures.map(({ title }) => title), 'Requests per second', `Lost in ${rounds.shutdown} shutdowns`]
  return [{
    title: 'What people use instead',
    content: [
      h('p', null, `Node ${node} on ${tellMachine(results)}; ${tellCommit(results)}. Everybody has a turn in each round (${Object.entries(rounds).map(([what, count]) => `${what} ${count}`).join(', ')}), in another order each time. `,
        `${settings.loadConnections} connections for the requests per second, ${number(settings.idleConnections)} idle ones for the memory, ${settings.shutdownConnections} in steady use at each shutdown, where packages that wait before they close wait ${settings.windowMs} ms and clients that nobody sends away leave after ${number(settings.patienceMs)} ms. `,
        `Node alone is there twice: so much two equal rows differ.${tellMissing(peers)}`),
      h('div', { class: 'grid' }, measures.map((measure) => chart(measure, peers)))
    ]
  }, {
    title: 'The same in figures: the median, and under it the quartiles',
    content: table(headings, peers.map(peerRow), headings.map((_, column) => column).slice(1))
  }, {
    title: 'Where ours is behind',
    content: tellBehind(peers)
  }]
}

module.exports = { peersSections }
