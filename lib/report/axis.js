'use strict'

// Scales with round numbers on them.

/** 1, 2 or 5 times a power of ten: the step that makes at most `countMax` of `span`. */
function niceStep (span, countMax) {
  const rough = span / countMax
  const power = 10 ** Math.floor(Math.log10(rough))
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * (1 - 1e-9))
}

/** The round numbers from `from` to `to`. */
function ticks (from, to, countMax) {
  const step = niceStep(to - from, countMax)
  const list = []
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) list.push(Number((i * step).toPrecision(12)))
  return list
}

module.exports = { niceStep, ticks }
