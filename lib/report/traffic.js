'use strict'

// Race candidates beside traffic, over time: two panels above one another, each on its own
// scale. A trickle that follows no peak of the traffic is the keep-alive race.

const { h } = require('./markup')
const { ticks } = require('./axis')

const width = 860
const left = 56
const right = 12
const panelHeight = 120
const gap = 40
const axisHeight = 26
const barsMax = 240 // more are not told apart

/** Neighbouring buckets together, so that not more than `barsMax` are left. */
function thin (buckets, bucketMs) {
  const each = Math.ceil(buckets.length / barsMax)
  if (each <= 1) return { bars: buckets, barMs: bucketMs }
  const bars = []
  for (let i = 0; i < buckets.length; i += each) {
    const part = buckets.slice(i, i + each)
    const sum = (key) => part.reduce((total, bucket) => total + bucket[key], 0)
    bars.push({ startMs: part[0].startMs, requests: sum('requests'), candidates: sum('candidates') })
  }
  return { bars, barMs: bucketMs * each }
}

function time (ms, spanMs) {
  const text = new Date(ms).toISOString()
  return spanMs > 3 * 86400000 ? text.slice(5, 10) : `${text.slice(5, 10)} ${text.slice(11, 16)}`
}

function short (number) {
  if (number >= 1e6) return `${Number((number / 1e6).toPrecision(3))}M`
  return number >= 1e4 ? `${Number((number / 1e3).toPrecision(3))}k` : String(number)
}

function panel ({ bars, key, name, css, top, at, barWidth, spanMs }) {
  const most = Math.max(1, ...bars.map((bar) => bar[key]))
  const up = (number) => top + panelHeight - number / most * panelHeight
  return [
    h('text', { x: 0, y: top - 12 }, name),
    ticks(0, most, 3).filter(Number.isInteger).map((number) => [
      h('line', { class: 'axis', x1: left, x2: width - right, y1: up(number), y2: up(number) }),
      h('text', { class: 'tick', x: left - 6, y: up(number) + 4, 'text-anchor': 'end' }, short(number))
    ]),
    bars.map((bar) => bar[key] === 0
      ? null
      : h('rect', { class: css, x: at(bar.startMs) + barWidth * 0.1, y: up(bar[key]), width: Math.max(1, barWidth * 0.8), height: top + panelHeight - up(bar[key]) },
        h('title', null, `${time(bar.startMs, 0)} UTC: ${bar[key]}`)))
  ]
}

/**
 * `buckets` are { startMs (since the epoch), requests, candidates }, in order, one for each
 * `bucketMs` (an hour) without holes; at least one.
 */
function trafficChart ({ buckets, bucketMs = 3600000 }) {
  const { bars, barMs } = thin(buckets, bucketMs)
  const fromMs = bars[0].startMs
  const toMs = bars[bars.length - 1].startMs + barMs
  const spanMs = toMs - fromMs
  const at = (ms) => left + (ms - fromMs) / spanMs * (width - left - right)
  const barWidth = (width - left - right) * barMs / spanMs
  const tops = [26, 26 + panelHeight + gap]
  const height = tops[1] + panelHeight + axisHeight
  const per = barMs === 3600000 ? 'per hour' : `per ${Number((barMs / 3600000).toFixed(2))} hours`
  const total = (key) => buckets.reduce((sum, bucket) => sum + bucket[key], 0)
  const common = { bars, at, barWidth, spanMs }
  const stepCount = Math.min(6, bars.length)
  const marks = Array.from({ length: stepCount }, (_, index) => bars[Math.floor(index * bars.length / stepCount)].startMs)
  return h('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', class: 'traffic', 'aria-label': `${total('candidates')} race candidates and ${total('requests')} requests over time` },
    panel({ ...common, key: 'candidates', name: `race candidates ${per}`, css: 'unsafe', top: tops[0] }),
    panel({ ...common, key: 'requests', name: `requests ${per}`, css: 'lb', top: tops[1] }),
    marks.map((ms) => h('text', { class: 'tick', x: at(ms), y: height - 8 }, time(ms, spanMs))))
}

module.exports = { trafficChart, thin }
