'use strict'

// Who keeps a connection for how long: the load balancer's bar, the server's below it, and
// between the ends what is unsafe.

const { h } = require('./markup')
const { ticks } = require('./axis')

const width = 860
const labelWidth = 170
const right = 16
const rowHeight = 44
const barHeight = 20
const axisHeight = 26
const chartWidth = width - labelWidth - right
// a text's width can only be guessed without drawing it
const characterWidth = 6.6
// closes within so small a part of their time are told as one
const rangeShown = 0.02

function seconds (ms) {
  return ms < 1000 ? `${Number(ms.toFixed(0))} ms` : `${Number((ms / 1000).toFixed(2))} s`
}

/** A note at the end of a bar: behind it where there is room, else inside of it. */
function note (text, endX, y) {
  const inside = endX + 8 + text.length * characterWidth > width
  return h('text', { x: inside ? endX - 8 : endX + 8, y, 'text-anchor': inside ? 'end' : 'start', class: inside ? 'on' : null }, text)
}

function lbRow (lb, at) {
  const endX = lb.idleMs === null ? width - right : at(lb.idleMs)
  return [
    h('text', { x: 0, y: rowHeight / 2 + 4 }, 'load balancer'),
    h('rect', { class: 'lb', x: labelWidth, y: (rowHeight - barHeight) / 2, width: endX - labelWidth, height: barHeight, rx: 3 }),
    lb.idleMs === null ? null : h('line', { class: 'mark', x1: endX, x2: endX, y1: rowHeight / 2, y2: lb.bottom }),
    note(lb.idleMs === null ? 'no limit ▶' : `gives up after ${seconds(lb.idleMs)}`, endX, rowHeight / 2 + 4)
  ]
}

function serverRow ({ label, minMs, maxMs, openMs, unsafeMs, closed }, index, at) {
  const top = rowHeight * (index + 1)
  const y = top + (rowHeight - barHeight) / 2
  const bar = (name, fromX, toX, more) => h('rect', { class: name, x: fromX, y, width: Math.max(1.5, toX - fromX), height: barHeight, ...more })
  const parts = [h('text', { x: 0, y: top + rowHeight / 2 + 4 }, label)]
  if (unsafeMs !== null) {
    const fromX = at(unsafeMs.from)
    const toX = unsafeMs.to === null ? width - right : at(unsafeMs.to)
    parts.push(bar('unsafe-soft', fromX, toX), bar('', fromX, toX, { fill: 'url(#hatch)' }))
  }
  if (minMs === null && openMs === null) {
    return [...parts, h('text', { class: 'tick', x: labelWidth + 8, y: top + rowHeight / 2 + 4 }, closed)]
  }
  if (minMs === null) return [...parts, bar('node', labelWidth, at(openMs), { rx: 3 }), above(`still open at ${seconds(openMs)} ▶`, at(openMs), y - 4)]
  const range = maxMs - minMs > rangeShown * minMs ? ` to ${seconds(maxMs)}` : ''
  parts.push(bar('range', at(minMs), at(maxMs)), bar('node', labelWidth, at(minMs)))
  return [...parts, above(`closes after ${seconds(minMs)}${range}${unsafeMs === null ? '' : ', then unsafe'}`, at(minMs), y - 4)]
}

/** A note above a bar's end: over a hatched or a pale part it could not be read. */
function above (text, x, y) {
  const toTheLeft = x + text.length * characterWidth > width
  return h('text', { x, y, 'text-anchor': toTheLeft ? 'end' : 'start', class: 'tick' }, text)
}

/**
 * The timeline. `lb` is { idleMs } (null: no limit); a row is { label, minMs, maxMs, openMs,
 * unsafeMs: { from, to } | null, closed }: minMs null and openMs a number: still open then;
 * both null: `closed` says why there is nothing to draw.
 */
function timelineChart ({ lb, rows }) {
  const ends = rows.flatMap(({ maxMs, openMs }) => [maxMs, openMs]).concat(lb.idleMs).filter((ms) => ms !== null)
  const scaleMs = Math.max(1, ...ends) * (lb.idleMs === null ? 1.4 : 1.04)
  const at = (ms) => labelWidth + Math.min(1, ms / scaleMs) * chartWidth
  const bottom = rowHeight * (rows.length + 1)
  const label = `How long a connection is kept: the load balancer ${lb.idleMs === null ? 'without a limit' : seconds(lb.idleMs)}; ` +
    rows.map(({ label, minMs, openMs }) => `${label} ${minMs === null ? (openMs === null ? 'not measured' : `more than ${seconds(openMs)}`) : seconds(minMs)}`).join(', ')
  return h('svg', { viewBox: `0 0 ${width} ${bottom + axisHeight}`, role: 'img', 'aria-label': label, class: 'timeline' },
    h('defs', null, h('pattern', { id: 'hatch', width: 8, height: 8, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      h('line', { class: 'hatch', x1: 0, x2: 0, y1: 0, y2: 8 }))),
    ticks(0, scaleMs, 7).map((ms) => [
      h('line', { class: 'axis', x1: at(ms), x2: at(ms), y1: 4, y2: bottom }),
      h('text', { class: 'tick', x: at(ms), y: bottom + 16, 'text-anchor': 'middle' }, ms === 0 ? '0' : seconds(ms))
    ]),
    lbRow({ idleMs: lb.idleMs, bottom }, at),
    rows.map((row, index) => serverRow(row, index, at)))
}

module.exports = { timelineChart, seconds }
