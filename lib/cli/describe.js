'use strict'

// A row of the catalogue in words: for `list`, `show` and the tables of the README.

const unknown = '–'

function seconds (ms) {
  return `${ms / 1000} s`
}

function describeIdle ({ unbounded, idleTimeoutMs }) {
  if (unbounded) return 'no limit'
  return idleTimeoutMs === null ? 'not published' : seconds(idleTimeoutMs)
}

/** What a client sees when a request meets a closing connection. */
function describeStale ({ staleStatus, staleCloses }) {
  return [...staleStatus, ...(staleCloses ? ['closed connection'] : [])].join(', ') || unknown
}

function describeAnswer (answer) {
  return answer === null ? unknown : answer ? 'yes' : 'no'
}

/** Lines of equally wide columns; the last one as wide as it is. */
function columns (rows) {
  const widths = rows[0].map((_, index) => Math.max(...rows.map((row) => row[index].length)))
  return rows.map((row) => row.map((cell, index) => cell.padEnd(widths[index])).join('  ').trimEnd())
}

module.exports = { unknown, seconds, describeIdle, describeStale, describeAnswer, columns }
