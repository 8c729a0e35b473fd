'use strict'

// What a run has to show: ours loses nothing, and in the same run a control loses something,
// or the run proves nothing. The control is the vulnerable server. Where a proxy repeats what
// was lost, nothing can be seen of it, and which requests those are stands here.

const { driver } = require('./coverage')

// at least this share of the requests of ours has met the connection it was aimed at
const metShareMin = 0.05

// a control that loses a request only now and then may lose none in a short run: it proves
// nothing then, and is left out of what must lose
const repeats = {
  // on a reused connection, GET with default retries only
  nginx: (method, retries) => method === 'GET' && retries === 'default',
  trafficserver: (method, retries) => method === 'GET' && retries === 'default',
  // Go's transport, and Varnish, whatever their settings say
  caddy: (method, retries, name) => method === 'GET' && name !== 'unused',
  varnish: (method) => method === 'GET',
  // A GET with default retries; and a POST never takes a connection that was used before. The
  // 408 of a connection that was never used it hands on as the answer.
  squid: (method, retries, name) => name !== 'unused' && (method === 'POST' || retries === 'default'),
  haproxy: () => false,
  apache: () => false,
  [driver.id]: () => false
}

/** Whether the vulnerable server must lose some of these. */
function mustLose ({ proxy, retries, method, case: name }) {
  return !repeats[proxy](method, retries, name)
}

function sum (rows, field) {
  return rows.reduce((total, row) => total + row[field], 0)
}

/** Squid gives a POST no connection that was used before. */
function canMeet ({ proxy, method, case: name }) {
  return proxy !== 'squid' || method === 'GET' || name === 'unused'
}

/** Whether too few requests met the connection that they were aimed at. */
function hasMissed (rows) {
  const some = rows.filter(canMeet)
  return sum(some, 'met') < metShareMin * sum(some, 'attempts')
}

/** What is wrong with the rows of one cell of ours, in words. */
function judgeOurs (rows) {
  const wrong = []
  if (sum(rows, 'lost') > 0) wrong.push(`${sum(rows, 'lost')} requests lost`)
  if (sum(rows, 'twice') > 0) wrong.push(`${sum(rows, 'twice')} requests processed twice`)
  if (hasMissed(rows)) wrong.push(`only ${sum(rows, 'met')} of ${sum(rows, 'attempts')} requests met the connection that they were aimed at: this proves nothing`)
  return wrong
}

/** Whether nothing can be said of the rows of one cell: it is to be run again. */
function provesNothing (rows) {
  if (rows[0].server === 'ours') return sum(rows, 'lost') === 0 && sum(rows, 'twice') === 0 && hasMissed(rows)
  const controls = rows.filter(mustLose)
  return rows[0].server === 'vulnerable' && controls.length > 0 && sum(controls, 'lost') === 0
}

/** Groups `rows` by what `key(row)` says. */
function group (rows, key) {
  const groups = new Map()
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row])
  return groups
}

/** The controls of a whole run: [{ name, ok, why }], one for each proxy and case that has ours. */
function judgeControls (rows) {
  const checks = []
  for (const [name, all] of group(rows, (row) => `${row.case}, ${row.proxy}`)) {
    if (!all.some(({ server }) => server === 'ours')) continue
    const controls = all.filter((row) => row.server === 'vulnerable' && mustLose(row))
    const lost = sum(controls, 'lost')
    checks.push({ name, ok: lost > 0, why: controls.length === 0 ? 'there is no control in this run: it proves nothing' : `the control lost nothing of ${sum(controls, 'attempts')}: this run proves nothing` })
    // each way of retrying that has a control has to lose by itself
    for (const [retries, some] of group(controls, (row) => row.retries)) {
      if (sum(some, 'lost') === 0 && lost > 0) checks.push({ name: `${name}, retries ${retries}`, ok: false, why: `the control lost nothing of ${sum(some, 'attempts')}: this run proves nothing` })
    }
  }
  return checks
}

/** Whether there were enough attempts of ours for each proxy and case. */
function judgeAmounts (rows, attemptsMin) {
  return [...group(rows.filter(({ server }) => server === 'ours'), (row) => `${row.case}, ${row.proxy}`)].map(([name, some]) => {
    const attempts = sum(some, 'attempts')
    return { name, ok: attempts >= attemptsMin, why: `only ${attempts} attempts, and ${attemptsMin} are wanted` }
  })
}

module.exports = { judgeAmounts, judgeControls, judgeOurs, provesNothing, sum }
