'use strict'

// One measure of all the packages: a dot at the median on a bar between the quartiles.

const { ticks } = require('../../lib/report/axis')
const { h } = require('../../lib/report/markup')

const width = 430
const left = 165
const right = 14
const rowHeight = 22
const axisHeight = 22
const dot = 4

/** `rows` are { label, isOurs, lower, median, upper, text }; `fromZero` where 0 is a sense of scale. */
function intervalsChart ({ name, rows, fromZero }) {
  const lowest = Math.min(...rows.map(({ lower }) => lower))
  const highest = Math.max(...rows.map(({ upper }) => upper))
  const from = fromZero ? Math.min(0, lowest) : lowest
  // no span at all where all are alike
  const to = highest > from ? highest : from + 1
  const at = (value) => left + (value - from) / (to - from) * (width - left - right)
  const height = rows.length * rowHeight + axisHeight
  return h('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${name}: ${rows.map(({ label, text }) => `${label} ${text}`).join(', ')}` },
    ticks(from, to, 4).map((value) => [
      h('line', { class: 'axis', x1: at(value), x2: at(value), y1: 0, y2: height - axisHeight }),
      h('text', { class: 'tick', x: at(value), y: height - 7, 'text-anchor': 'middle' }, String(value))
    ]),
    rows.map(({ label, isOurs, lower, median, upper, text }, i) => {
      const middle = i * rowHeight + rowHeight / 2
      return h('g', null,
        h('title', null, `${label}: ${text}`),
        h('text', { x: 0, y: middle + 4, 'font-weight': isOurs ? 700 : null }, label),
        h('rect', { class: 'range', x: at(lower), y: middle - dot, width: Math.max(1, at(upper) - at(lower)), height: 2 * dot, rx: 2 }),
        h('circle', { class: isOurs ? 'node' : 'lb', cx: at(median), cy: middle, r: dot }))
    }))
}

module.exports = { intervalsChart }
