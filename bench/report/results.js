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

/**
 * All rows that agree with `wanted` together; null where nothing was tried. `met` are the
 * answered requests that came on the very connection that the case is about.
 */
function count (rows, wanted) {
  const found = rows.filter((row) => Object.entries(wanted).every(([key, value]) => row[key] === value) && row.attempts > 0)
  if (found.length === 0) return null
  const total = { attempts: 0, lost: 0, twice: 0, met: 0, how: {} }
  for (const { attempts, lost, twice, met = 0, how } of found) {
    total.attempts += attempts
    total.lost += lost
    total.twice += twice
    total.met += met
    for (const [name, times] of Object.entries(how)) total.how[name] = (total.how[name] ?? 0) + times
  }
  return total
}

/** For each proxy and case: our cell and the control's. */
function pairsOf (results) {
  return proxiesOf(results).flatMap(({ id, name }) => casesOf(results.rows).map((what) => ({
    where: `${name}, ${what}`,
    own: count(results.rows, { proxy: id, case: what, server: ours }),
    control: count(results.rows, { proxy: id, case: what, server: control }),
    isRun: count(results.rows, { proxy: id, case: what }) !== null
  })))
}

/** Why a pair that was run shows nothing; null where it does. */
function findGap ({ own, control }) {
  if (own === null) return 'not run with ours'
  if (own.attempts < attemptsMin) return `only ${own.attempts} attempts with ours`
  if (control === null) return 'no control'
  return control.lost === 0 ? 'the control lost none, so this shows nothing' : null
}

/**
 * { verdict, failures, gaps, notRun }: 'unsafe' when ours lost a request or one was processed
 * twice; 'inconclusive' when a case was not tried at all or not often enough, or its control
 * lost nothing; else 'safe'. Failures and gaps are { where, what }. `notRun` are the pairs of
 * proxy and case without a row: not every proxy can have every case.
 */
function judge (results) {
  const pairs = pairsOf(results)
  const failures = pairs.flatMap(({ where, own }) => ['lost', 'twice'].filter((key) => own?.[key] > 0).map((key) => ({
    where, what: `${own[key]} of ${own.attempts} requests ${key === 'lost' ? 'lost' : 'processed twice'}`
  })))
  const gaps = [
    ...Object.keys(cases).filter((name) => count(results.rows, { case: name }) === null).map((name) => ({ where: name, what: 'not run' })),
    ...pairs.filter(({ isRun }) => isRun).map((pair) => ({ where: pair.where, what: findGap(pair) })).filter(({ what }) => what !== null)
  ]
  const notRun = pairs.filter(({ isRun }) => !isRun).map(({ where }) => where)
  return { verdict: failures.length > 0 ? 'unsafe' : gaps.length > 0 ? 'inconclusive' : 'safe', failures, gaps, notRun }
}

module.exports = { attemptsMin, cases, casesOf, columnsOf, count, judge, ours, proxiesOf, servers }
