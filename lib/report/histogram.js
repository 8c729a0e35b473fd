'use strict'

// How measured times spread.

const { h } = require('./markup')
const { niceStep, ticks } = require('./axis')

const width = 420
const height = 170
const left = 28
const right = 30
const bottom = 26
const top = 14
const barsMax = 24

/** Counts of `values` in bins of a round width: { from, step, counts }. */
function bin (values, stepMin = 0.1) {
  const min = Math.min(...values)
  const max = Math.max(...values)
  const step = Math.max(stepMin, max > min ? niceStep(max - min, barsMax) : 0)
  const from = Math.floor(min / step)
  const counts = new Array(Math.floor(max / step) - from + 1).fill(0)
  for (const value of values) counts[Math.floor(value / step) - from]++
  return { from: from * step, step, counts }
}

function milliseconds (ms, step) {
  return ms.toFixed(step < 1 ? 1 : 0)
}

/** A histogram of `values` (ms), at least one of them. */
function histogramChart (values) {
  const { from, step, counts } = bin(values)
  // a lone bar is not drawn as wide as the chart
  const count = Math.max(counts.length, 5)
  const scaleFrom = from - Math.floor((count - counts.length) / 2) * step
  const to = scaleFrom + count * step
  const at = (ms) => left + (ms - scaleFrom) / (to - scaleFrom) * (width - left - right)
  const most = Math.max(...counts)
  const up = (number) => height - bottom - number / most * (height - top - bottom)
  const label = `${values.length} measured closes from ${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)} ms`
  return h('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, class: 'histogram' },
    ticks(0, most, 3).filter(Number.isInteger).map((number) => [
      h('line', { class: 'axis', x1: left, x2: width - right, y1: up(number), y2: up(number) }),
      h('text', { class: 'tick', x: left - 6, y: up(number) + 4, 'text-anchor': 'end' }, number)
    ]),
    counts.map((number, index) => number === 0
      ? null
      : h('rect', { class: 'node', x: at(from + index * step) + 1, y: up(number), width: Math.max(1, at(from + step) - at(from) - 2), height: height - bottom - up(number) },
        h('title', null, `${number} closed after ${milliseconds(from + index * step, step)} to ${milliseconds(from + (index + 1) * step, step)} ms`))),
    ticks(scaleFrom, to, 5).map((ms) => h('text', { class: 'tick', x: at(ms), y: height - 8, 'text-anchor': 'middle' }, `${milliseconds(ms, step)} ms`)))
}

module.exports = { histogramChart, bin }
