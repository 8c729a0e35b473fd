'use strict'

// bench/results.json counted: rows of one run -> cells, and what the run shows.

/** The columns, in order; what a row names besides is shown by its own name. */
const servers = {
  vulnerable: 'vulnerable Node',
  'two-line': 'the two-line fix',
  fastify: "Fastify's default",
  'http-terminator': 'http-terminator at shutdown',
  ours: 'lb-safe-timeouts'
}

const cases = {
  idle: 'Idle race: a request just as Node closes the idle connection',
  unused: 'Unused connection: opened in advance, and closed before its first request',
  stall: 'Stall race: the event loop was blocked past the deadline',
  deploy: 'Deploy race: the server is replaced under load',
  restart: 'The proxy is restarted under load',
  chain: 'Two proxies in a row'
}

const ours = 'ours'
const control = 'vulnerable'

/** Fewer attempts than this in a case show nothing about a race that is met rarely. */
const attemptsMin = 2000

/** Names in the order of `known`, and then those that are not in it. */
function inOrder (known, names) {
  const found = new Set(names)
  return [...Object.keys(known).filter((name) => found.has(name)), ...[...found].filter((name) => !(name in known))]
}

function columnsOf (rows) {
  return inOrder(servers, [...Object.keys(servers), ...rows.map(({ server }) => server)])
}

function casesOf (rows) {
  return inOrder(cases, rows.map((row) => row.case))
}

/** The proxies that were there, also one without a row, and such as only a row names. */
function proxiesOf ({ proxies, rows }) {
  const named = Object.fromEntries(proxies.map(({ id, name, version }) => [id, `${name} ${version}`]))
  return inOrder(named, [...Object.keys(named), ...rows.map(({ proxy }) => proxy)]).map((id) => ({ id, name: named[id] ?? id }))
}

/** All rows that agree with `wanted` together; null where nothing was tried. */
function count (rows, wanted) {
  const found = rows.filter((row) => Object.entries(wanted).every(([key, value]) => row[key] === value) && row.attempts > 0)
  if (found.length === 0) return null
  const total = { attempts: 0, lost: 0, twice: 0, how: {} }
  for (const { attempts, lost, twice, how } of found) {
    total.attempts += attempts
    total.lost += lost
    total.twice += twice
    for (const [name, times] of Object.entries(how)) total.how[name] = (total.how[name] ?? 0) + times
  }
  return total
}

/** For each proxy and case of the run: our cell and the control's. */
function pairsOf (results) {
  return proxiesOf(results).flatMap(({ id, name }) => casesOf(results.rows).map((what) => ({
    where: `${name}, ${what}`,
    own: count(results.rows, { proxy: id, case: what, server: ours }),
    control: count(results.rows, { proxy: id, case: what, server: control })
  })))
}

/**
 * { verdict, failures, gaps }: 'unsafe' when ours lost a request or one was processed twice,
 * 'inconclusive' when a case was not tried often enough or its control lost nothing, else
 * 'safe'. Both lists are of { where, what }.
 */
function judge (results) {
  const failures = []
  const gaps = []
  for (const { where, own, control } of pairsOf(results)) {
    if (own?.lost > 0) failures.push({ where, what: `${own.lost} of ${own.attempts} requests lost` })
    if (own?.twice > 0) failures.push({ where, what: `${own.twice} of ${own.attempts} requests processed twice` })
    if (own === null && control === null) gaps.push({ where, what: 'not run' })
    else if (own === null || own.attempts < attemptsMin) gaps.push({ where, what: own === null ? 'not run with ours' : `only ${own.attempts} attempts with ours` })
    else if (control === null) gaps.push({ where, what: 'no control' })
    else if (control.lost === 0) gaps.push({ where, what: 'the control lost none, so this shows nothing' })
  }
  const hasShown = results.rows.some(({ server, attempts }) => server === ours && attempts > 0)
  return { verdict: failures.length > 0 ? 'unsafe' : gaps.length > 0 || !hasShown ? 'inconclusive' : 'safe', failures, gaps }
}

module.exports = { attemptsMin, cases, casesOf, columnsOf, count, judge, ours, proxiesOf, servers }
