'use strict'

// The doctor's report as one HTML file.

const words = require('../doctor/words')
const { h } = require('./markup')
const { renderPage, table, figure, badge } = require('./page')
const { histogramChart } = require('./histogram')
const { timelineChart } = require('./timeline')

function timelineRow ([state, found], limitMs) {
  return {
    label: words.stateNames[state],
    minMs: found.minMs,
    maxMs: found.maxMs,
    openMs: found.ends.open > 0 ? limitMs : null,
    unsafeMs: found.unsafeMs,
    closed: found.ends.notKept > 0 ? 'the server keeps no connection' : 'not measured'
  }
}

function stateRow ([state, found], { lb, limitMs }) {
  return [
    h('strong', null, words.stateNames[state]),
    String(found.connections),
    words.tellCloses(found),
    words.tellEnds(found.ends),
    badge(found.verdict),
    h('ul', null, words.tellReasons(found, lb, limitMs).map(({ code, message }) => h('li', null, message, ' ', h('code', null, code))))
  ]
}

function histograms (states) {
  return h('div', { class: 'grid' }, Object.entries(states).filter(([, { closesMs }]) => closesMs.length > 0).map(([state, { closesMs }]) =>
    h('div', null, h('h3', null, words.stateNames[state]), figure(histogramChart(closesMs), `${closesMs.length} closes`))))
}

function tellRemedy ({ side, text, lines }) {
  return [h('p', null, h('strong', null, `${side}: `), text), h('ul', null, lines.map(({ where, line }) => h('li', null, `${where}: `, h('code', null, line))))]
}

/** The text of the file. */
function renderDoctor (report) {
  const { url, lb, limitMs, server, states, race, remedies, verdict } = report
  const entries = Object.entries(states)
  const hasCloses = entries.some(([, { closesMs }]) => closesMs.length > 0)
  const sections = [{
    title: 'Who closes first',
    content: figure(
      timelineChart({ lb: { idleMs: lb.idleTimeoutMs }, rows: entries.map((entry) => timelineRow(entry, limitMs)) }),
      'Solid: every measured connection was open. Pale: closes were measured here. Hatched: what the load balancer sends on such a connection can be lost. Dashed: the load balancer gives it up.')
  }]
  if (hasCloses) sections.push({ title: 'Measured closes', content: histograms(states) })
  sections.push({
    title: 'Each state of a connection',
    content: table(['connection', 'number', 'min / median / max', 'how', 'verdict', 'why'], entries.map((entry) => stateRow(entry, report)), [1, 2, 3])
  }, {
    title: 'The race itself',
    content: h('p', null, words.tellRace(race))
  })
  if (remedies.length > 0) {
    sections.push({ title: 'Two remedies, of which one is enough', content: remedies.map(tellRemedy) })
  }
  return renderPage({
    title: `${url} behind ${lb.name}`,
    subtitle: `${lb.name} ${words.lbIdle(lb)}. The server answers with status ${server.status} and ${server.keepAlive === null ? 'no Keep-Alive header' : `Keep-Alive: ${server.keepAlive}`}.`,
    verdict,
    lead: h('p', null, h('strong', null, words.tellVerdict(report))),
    sections,
    footer: `Measured from outside by lb-safe-timeouts doctor; ${words.tellExactness(report)}.`
  })
}

module.exports = { renderDoctor }
