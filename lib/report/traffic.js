'use strict'

// What happened over time: panels above one another, each on its own scale. A trickle of race
// candidates that follows no peak of the traffic is the keep-alive race.

const { h } = require('./markup')
const { ticks } = require('./axis')

const width = 860
const left = 56
const right = 12
const panelHeight = 110
const gap = 48
const axisHeight = 26
const barsMax = 240 // more are not told apart
const marksMax = 6
// a text's width can only be guessed without drawing it
const characterWidth = 6.6

const hourMs = 3600000
const dayMs = 24 * hourMs

const defaultPanels = [
  { name: 'race candidates', series: [{ key: 'candidates', css: 'unsafe' }] },
  { name: 'requests', series: [{ key: 'requests', css: 'lb' }] }
]

// Hours that a bar may stand for: a bar of 37 hours would draw waves where there are none
const roundCounts = [1, 2, 3, 6, 12, 24, 48, 96]

/** Neighbouring buckets together, so that not more than `barsMax` are left. */
function thin (buckets, bucketMs) {
  const least = Math.ceil(buckets.length / barsMax)
  const each = roundCounts.find((count) => count >= least) ?? least
  if (each <= 1) return { bars: buckets, barMs: bucketMs }
  const keys = Object.keys(buckets[0]).filter((key) => key !== 'startMs')
  const bars = []
  for (let i = 0; i < buckets.length; i += each) {
    const part = buckets.slice(i, i + each)
    const sums = keys.map((key) => [key, part.reduce((total, bucket) => total + bucket[key], 0)])
    bars.push({ startMs: part[0].startMs, ...Object.fromEntries(sums) })
  }
  return { bars, barMs: bucketMs * each }
}

function time (ms, spanMs) {
  const text = new Date(ms).toISOString()
  if (spanMs > 300 * dayMs) return text.slice(0, 10)
  return spanMs > marksMax * dayMs ? text.slice(5, 10) : `${text.slice(5, 10)} ${text.slice(11, 16)}`
}

function short (number) {
  if (number >= 1e6) return `${Number((number / 1e6).toPrecision(3))}M`
  return number >= 1e4 ? `${Number((number / 1e3).toPrecision(3))}k` : String(number)
}

/** The panel's name, and where it has more than one colour what each of them is. */
function heading (name, series, y) {
  const isPlain = series.length === 1 && series[0].label === undefined
  const parts = [h('text', { x: 0, y }, name)]
  let x = (name.length + 2) * characterWidth
  for (const { css, label } of isPlain ? [] : series) {
    parts.push(h('rect', { class: css, x, y: y - 9, width: 10, height: 10, rx: 2 }), h('text', { class: 'tick', x: x + 15, y }, label))
    x += 15 + (label.length + 2) * characterWidth
  }
  return parts
}

function bar (one, series, { x, width, floor, scale }) {
  let y = floor
  return series.map(({ key, css, label }) => {
    const value = one[key]
    if (value === 0) return null
    // what is there is seen, however little it is beside the rest
    const height = Math.max(1, value * scale)
    y -= height
    return h('rect', { class: css, x, y, width, height }, h('title', null, `${time(one.startMs, 0)} UTC: ${value}${label === undefined ? '' : ` ${label}`}`))
  })
}

function panel ({ bars, name, series, top, at, barWidth }) {
  const total = (one) => series.reduce((sum, { key }) => sum + one[key], 0)
  const most = bars.reduce((max, one) => Math.max(max, total(one)), 1)
  const scale = panelHeight / most
  const floor = top + panelHeight
  return [
    heading(name, series, top - 14),
    ticks(0, most, 3).filter(Number.isInteger).map((number) => [
      h('line', { class: 'axis', x1: left, x2: width - right, y1: floor - number * scale, y2: floor - number * scale }),
      h('text', { class: 'tick', x: left - 6, y: floor - number * scale + 4, 'text-anchor': 'end' }, short(number))
    ]),
    bars.map((one) => bar(one, series, { x: at(one.startMs) + barWidth * 0.1, width: Math.max(1, barWidth * 0.8), floor, scale }))
  ]
}

/** A few moments below it all. The last one must not run out of the chart. */
function marks (bars, at, spanMs, y) {
  const texts = time(bars[0].startMs, spanMs).length * characterWidth
  const count = Math.min(marksMax, bars.length)
  return Array.from({ length: count }, (_, index) => bars[Math.floor(index * bars.length / count)].startMs)
    .filter((ms) => at(ms) + texts <= width)
    .map((ms) => h('text', { class: 'tick', x: at(ms), y }, time(ms, spanMs)))
}

function perBar (barMs) {
  const [unitMs, unit] = barMs % dayMs === 0 ? [dayMs, 'day'] : [hourMs, 'hour']
  return barMs === unitMs ? `per ${unit}` : `per ${Number((barMs / unitMs).toFixed(2))} ${unit}s`
}

/**
 * `buckets` are { startMs (since the epoch), requests, candidates, ... }, in order, one for each
 * `bucketMs` (an hour) without holes; at least one. A panel is { name, series: [{ key, css,
 * label }] }, whose values are stacked.
 */
function trafficChart ({ buckets, bucketMs = hourMs, panels = defaultPanels }) {
  const { bars, barMs } = thin(buckets, bucketMs)
  const fromMs = bars[0].startMs
  const spanMs = bars[bars.length - 1].startMs + barMs - fromMs
  const at = (ms) => left + (ms - fromMs) / spanMs * (width - left - right)
  const barWidth = (width - left - right) * barMs / spanMs
  const height = panels.length * (panelHeight + gap) - 8 + axisHeight
  const total = (key) => buckets.reduce((sum, bucket) => sum + bucket[key], 0)
  return h('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', class: 'traffic', 'aria-label': `${total('candidates')} race candidates and ${total('requests')} requests over time` },
    panels.map(({ name, series }, index) => panel({ bars, name: `${name} ${perBar(barMs)}`, series, top: 34 + index * (panelHeight + gap), at, barWidth })),
    marks(bars, at, spanMs, height - 8))
}

module.exports = { trafficChart, thin }
