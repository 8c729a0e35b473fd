'use strict'

// The judging half of npm run test:proxies, without a proxy: what it must find wrong.

const fs = require('node:fs')
const path = require('node:path')
const t = require('tap')
const { Ledger } = require('./proxies/ledger')
const { planCells, planQuick } = require('./proxies/coverage')
const { judgeAmounts, judgeControls, judgeOurs, provesNothing } = require('./proxies/judge')
const { Results } = require('./proxies/results')
const { proxies, proxyIds } = require('./support/proxies')

const nodes = ['18.20.8', '20.20.2', '22.23.3', '24.21.0', '26.10.0']

function createRow (fields) {
  return { proxy: 'nginx', retries: 'off', case: 'idle', method: 'POST', node: nodes[0], upstream: 'http', server: 'ours', attempts: 100, lost: 0, twice: 0, met: 50, how: {}, ...fields }
}

/** A ledger after requests that ended as `hows` say, and were processed as `tally` says. */
async function runLedger (t, hows, tally) {
  const file = path.join(t.testdir(), 'tally')
  fs.writeFileSync(file, tally.map((id) => `${id}\n`).join(''))
  const ledger = new Ledger(file)
  for (const how of hows) await ledger.send({ request: async () => ({ how, requests: 2 }) }, 'POST', '/')
  return ledger
}

t.test('a request is to be answered once and processed once', async (t) => {
  const ledger = await runLedger(t, ['answered', 'answered', 'closed', '502', '502'], ['r0', 'r1', 'r1', 'r3'])
  t.match(ledger.sum('POST'), { attempts: 5, lost: 3, twice: 1, processedLost: 1, met: 2, how: { closed: 1, 502: 2 } })
  t.match(ledger.sum('GET'), { attempts: 0, lost: 0 })
})

t.test('an answer that no server gave is no answer', async (t) => {
  const ledger = await runLedger(t, ['answered'], [])
  t.throws(() => ledger.sum('POST'), /never processed/)
})

t.test('a priming request counts when it is lost', async (t) => {
  const ledger = await runLedger(t, [], ['r0'])
  const client = (how) => ({ request: async () => ({ how }) })
  await ledger.prime(client('answered'), 'POST', '/')
  await ledger.prime(client('503'), 'POST', '/')
  t.match(ledger.sum('POST'), { attempts: 1, lost: 1 })
})

t.test('ours may lose nothing, process nothing twice, and has to meet its connections', async (t) => {
  t.same(judgeOurs([createRow()]), [])
  t.match(judgeOurs([createRow({ lost: 1 })]), [/1 requests lost/])
  t.match(judgeOurs([createRow({ twice: 1 })]), [/twice/])
  t.match(judgeOurs([createRow({ met: 1 })]), [/proves nothing/])
})

t.test('a control has to lose what nobody repeats', async (t) => {
  const judge = (...controls) => judgeControls([createRow(), ...controls.map((fields) => createRow({ server: 'vulnerable', ...fields }))])
  t.ok(judge({ lost: 3 }).every(({ ok }) => ok))
  t.match(judge({ lost: 0 }), [{ ok: false, why: /lost nothing/ }])
  t.match(judge(), [{ ok: false, why: /no control/ }])
  // nginx repeats a GET: its being answered proves nothing, and its loss would not either
  t.match(judge({ method: 'GET', retries: 'default', lost: 0 }), [{ ok: false, why: /no control/ }])
  // each way of retrying by itself
  t.match(judge({ lost: 3 }, { retries: 'default', lost: 0 }), [{ ok: true }, { ok: false, name: /default/ }])
})

t.test('a cell that lost a request is not run again', async (t) => {
  t.ok(provesNothing([createRow({ server: 'vulnerable' })]))
  // what was lost was none that had to be
  const squid = { proxy: 'squid', server: 'vulnerable', case: 'deploy', retries: 'off' }
  t.ok(provesNothing([createRow({ ...squid, method: 'GET', lost: 0 }), createRow({ ...squid, method: 'POST', lost: 1 })]))
  t.notOk(provesNothing([createRow({ ...squid, method: 'GET', lost: 1 }), createRow({ ...squid, method: 'POST', lost: 0 })]))
  t.ok(provesNothing([createRow({ met: 0 })]))
  t.notOk(provesNothing([createRow({ met: 0, lost: 1 })]))
  t.notOk(provesNothing([createRow({ met: 0, twice: 1 })]))
  t.notOk(provesNothing([createRow()]))
})

t.test('the table: ours on five Nodes behind each proxy in each case, and enough of it', async (t) => {
  const cells = planCells({ nodes })
  for (const proxy of proxyIds) {
    for (const name of ['idle', 'stall', 'deploy', 'restart', 'chain']) {
      const ours = cells.filter((cell) => cell.proxy === proxy && cell.case === name && cell.server === 'ours')
      t.same(new Set(ours.map(({ node }) => node)), new Set(nodes), `${proxy} ${name}`)
      t.same(new Set(ours.map(({ retries }) => retries)), new Set(['default', 'off']))
      t.equal(ours.some(({ upstream }) => upstream === 'https'), proxies[proxy].tls)
      const planned = ours.reduce((sum, { attempts, methods }) => sum + attempts * methods.length, 0)
      t.ok(planned >= 2000)
    }
  }
  t.match(judgeAmounts([createRow()], 2000), [{ ok: false }])
  // a quick run has a control for each of ours
  const quick = planQuick({ nodes })
  t.equal(quick.filter(({ server }) => server === 'ours').length * 2, quick.length)
})

t.test('rows of another run stay, and say of which commit they are', async (t) => {
  const file = path.join(t.testdir(), 'results.json')
  const first = new Results(file, { keep: false })
  first.add([createRow(), createRow({ method: 'GET' })])
  const written = JSON.parse(fs.readFileSync(file, 'utf8'))
  fs.writeFileSync(file, JSON.stringify({ ...written, commit: 'earlier', date: '2026-01-01' }))
  new Results(file, { keep: true }).add([createRow({ lost: 1 })])
  const { commit, rows } = JSON.parse(fs.readFileSync(file, 'utf8'))
  t.not(commit, 'earlier')
  t.match(rows, [{ method: 'POST', lost: 1, commit: undefined }, { method: 'GET', lost: 0, commit: 'earlier', date: '2026-01-01' }])
  t.equal(rows.length, 2)
})
