'use strict'

// The command as a user runs it: a process, its output, its exit code.

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const t = require('tap')
const { runUntilTold } = require('../lib/selfcheck/attempts')

const bin = path.join(__dirname, '..', 'bin', 'lb-safe-timeouts.js')

function run (...args) {
  return spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' })
}

t.test('help', async (t) => {
  const { status, stdout } = run('--help')
  t.equal(status, 0)
  t.match(stdout, /plan/)
  t.match(stdout, /selfcheck/)
  t.match(run('plan', '--help').stdout, /--lb <value>/)
  t.equal(run().status, 2, 'no command is a mistake')
})

t.test('mistakes', async (t) => {
  const wrong = [
    [['paln'], /no command 'paln'; did you mean 'plan'\? \[LBST_E_UNKNOWN_COMMAND\]/],
    [['plan', '--lbb', 'x'], /no flag --lbb; did you mean '--lb'\? \[LBST_E_UNKNOWN_OPTION\]/],
    [['plan', 'aws-alb'], /unexpected 'aws-alb'/],
    [['plan'], /plan needs --lb/],
    [['plan', '--lb'], /--lb needs a value/],
    [['plan', '--lb', 'aws_alb'], /did you mean 'aws-alb'\? \[LBST_E_UNKNOWN_LB\]/],
    [['plan', '--lb', 'aws-alb', '--node', '9'], /LBST_E_UNKNOWN_NODE/],
    [['plan', '--lb', 'aws-alb', '--json=1'], /--json takes no value/],
    [['detect', '--format', 'haproxy'], /--format says nothing without a file \[LBST_E_CONFLICT\]/],
    [['logs', '--sql', 'athena', '--since', '2026-01-14', '--log-format', 'x'], /--sql reads no logs, so there is nothing for --since and --log-format to choose.* \[LBST_E_CONFLICT\]/],
    [['plan', '--lb', 'aws-alb', '--request-ms', '5'], /--request-ms says nothing without --kubernetes \[LBST_E_CONFLICT\]/],
    [['plan', '--lb', 'aws-alb', '--kubernetes', '--node', '9'], /--node says nothing beside --kubernetes \[LBST_E_CONFLICT\]/],
    [['plan', '--lb', 'aws-alb', '--kubernetes', '--margin-ms', '9'], /--margin-ms says nothing beside --kubernetes \[LBST_E_CONFLICT\]/],
    [['plan', '--lb', 'aws_alb', '--idle-ms', '60000'], /did you mean 'aws-alb'\? \[LBST_E_UNKNOWN_LB\]/],
    [['build', '--x'], /there is no flag --x; this command takes nothing \[LBST_E_UNKNOWN_OPTION\]/],
    [['build', 'x'], /unexpected 'x'; this command takes nothing \[LBST_E_UNKNOWN_OPTION\]/],
    [['plan', '--idle-ms', '60s'], /--idle-ms needs a whole number/],
    [['plan', '--idle-ms', '60'], /write 60000 for 60 seconds/],
    [['selfcheck', '--sed', '1'], /did you mean '--seed'/],
    [['list', 'proxy'], /unexpected 'proxy'/],
    [['list', '--kind', 'prxy'], /no kind 'prxy'; did you mean 'proxy'/],
    [['show'], /show needs one id/],
    [['show', 'nginx', 'haproxy'], /show needs one id/],
    [['show', '-x'], /unexpected '-x'/],
    [['show', 'ngnix'], /did you mean 'nginx'\? \[LBST_E_UNKNOWN_LB\]/]
  ]
  for (const [args, message] of wrong) {
    const { status, stderr, stdout } = run(...args)
    t.equal(status, 2, args.join(' '))
    t.match(stderr, message)
    t.equal(stdout, '')
  }
})

t.test('list: a line for each row', async (t) => {
  const { loadBalancers } = require('../lib')
  const { status, stdout } = run('list')
  t.equal(status, 0)
  const lines = stdout.split('\n')
  for (const { id, name } of loadBalancers()) t.equal(lines.filter((line) => line.startsWith(`${id} `) && line.endsWith(name)).length, 1, id)
  t.match(stdout, /^gcp-external-alb +l7-lb +600 s +no +502, 503 /m)
  t.match(stdout, /^haproxy +proxy +no limit +yes +502, closed connection /m)
  t.match(stdout, /^render +paas +not published +– +502 /m)
  t.strictSame(JSON.parse(run('list', '--json').stdout), loadBalancers().map((row) => ({ ...row })))
  const ingress = JSON.parse(run('list', '--kind=ingress', '--json').stdout)
  t.ok(ingress.length > 5 && ingress.every(({ kind }) => kind === 'ingress'))
})

t.test('show: every row can be shown, with its remedies', async (t) => {
  const { loadBalancers, findLoadBalancer } = require('../lib')
  const { run: show } = require('../lib/cli/show')
  for (const row of loadBalancers()) {
    let text = ''
    t.equal(show({ operands: [row.id] }, { stdout: { write (chunk) { text += chunk } } }), 0, row.id)
    for (const part of [row.name, row.url, row.revealedBy ?? '', row.caveat ?? '', ...row.remedies.map(({ where, line }) => `  ${where}\n    ${line}\n`)]) t.ok(text.includes(part), `${row.id}: ${part}`)
    t.notMatch(text, /undefined|null|NaN/, row.id)
  }
  const { status, stdout } = run('show', 'aws-alb')
  t.equal(status, 0)
  t.match(stdout, /idle timeout +60 s, can be changed \(from 1 s to 4000 s\)/)
  t.match(stdout, /keepAliveTimeout 65000, headersTimeout 66000/)
  t.match(stdout, /Terraform, aws_lb\n {4}idle_timeout = 4\n/)
  t.match(run('show', 'render').stdout, /not published\n[^]*pass yours: \{ lb: \{ id: 'render', idleTimeoutMs \} \}/)
  t.match(run('show', 'aws-nlb').stdout, /To keep a silent connection longer/)
  t.strictSame(JSON.parse(run('show', 'nginx', '--json').stdout), { ...findLoadBalancer('nginx') })
})

t.test('plan', async (t) => {
  const { status, stdout } = run('plan', '--lb', 'gcp-external-alb', '--node', '22.23.3')
  t.equal(status, 0)
  t.match(stdout, /load balancer .*closes it after 600 s/)
  t.match(stdout, /Node before .*closes after 6 s: unsafe for 594 s/)
  t.match(stdout, /Node after .*closes after 621 s: no unsafe window/)
  t.match(stdout, /answers 408 and closes after 60 s: unsafe for 540 s/)
  t.match(stdout, /keepAliveTimeout +5000 → 620000/)
  t.match(stdout, /LBST_R_VENDOR_ADVICE/)
  t.match(run('plan', '--lb', 'aws-alb', '--node', '18').stdout, /Node before .*closes after 5 s: unsafe for 55 s/, 'no buffer on 18')
})

t.test('plan --idle-ms is the number of the hop that pools', async (t) => {
  const { planLbSafeTimeouts } = require('../lib')
  const rows = [
    ['aws-alb', { id: 'aws-alb', idleTimeoutMs: 120000 }],
    ['cloudflare,aws-alb,aws-nlb', ['cloudflare', { id: 'aws-alb', idleTimeoutMs: 120000 }, 'aws-nlb']],
    ['haproxy', { id: 'haproxy', idleTimeoutMs: 120000 }]
  ]
  for (const [given, lb] of rows) {
    const { status, stdout, stderr } = run('plan', '--lb', given, '--idle-ms', '120000', '--json')
    t.equal(status, 0, stderr)
    t.same(JSON.parse(stdout), JSON.parse(JSON.stringify(planLbSafeTimeouts({ lb }))), given)
  }
  t.equal(JSON.parse(run('plan', '--lb', 'aws-nlb', '--idle-ms', '70000', '--json').stdout).after.keepAliveTimeout, 75000, 'no hop that pools: the number alone')
  t.equal(run('plan', '--lb', 'aws-alb', '--idle-ms', '120000', '--kubernetes').status, 0)
})

t.test('plan: who has no limit opens nothing in advance', async (t) => {
  for (const lb of ['haproxy', 'reactor-netty']) {
    const { status, stdout } = run('plan', '--lb', lb)
    t.equal(status, 0)
    t.match(stdout, /Node before .*unsafe from then on/)
    t.notMatch(stdout, /opened in advance|answers 408/)
    t.match(stdout, /With the plan there is no such time/)
  }
})

t.test('plan --json is the report', async (t) => {
  const { planLbSafeTimeouts } = require('../lib')
  const { stdout } = run('plan', '--lb=aws-alb', '--node=24', '--json')
  t.same(JSON.parse(stdout), JSON.parse(JSON.stringify(planLbSafeTimeouts({ lb: ['aws-alb'] }, { nodeVersion: '24.21.0' }))))
})

t.test('selfcheck: this Node does as the model says', { timeout: 30000 }, async (t) => {
  const started = Date.now()
  const { status, stdout, stderr } = run('selfcheck', '--json')
  t.equal(status, 0, stdout + stderr)
  t.ok(Date.now() - started < 20000, 'in under 20 s')
  const { rows, agrees } = JSON.parse(stdout)
  t.ok(agrees)
  t.ok(rows.length >= 15)
  for (const row of rows) t.equal(row.agrees, true, `${row.name}: ${row.measured}`)
})

t.test('selfcheck: what is repeated', async (t) => {
  const [yes, unclear, no] = [true, null, false].map((agrees) => [{ name: 'a', agrees: true }, { name: 'b', agrees }])
  const tell = async (...runs) => {
    const attempts = []
    const { rows, repeated } = await runUntilTold(async (attempt) => runs[attempts.push(attempt) - 1])
    return [rows[1].agrees, attempts, repeated.map(({ name }) => name)]
  }
  t.same(await tell(yes), [true, [0], []])
  t.same(await tell(unclear, unclear, yes), [true, [0, 1, 2], []], 'noise: with other connections')
  t.same(await tell(unclear, unclear, unclear), [null, [0, 1, 2], []], 'and not for ever')
  t.same(await tell(no, yes), [true, [0, 0], ['b']], 'a disagreement: once, with the same ones')
  t.same(await tell(no, no), [false, [0, 0], ['b']])
  t.same(await tell(no, unclear, no), [false, [0, 0, 1], ['b']], 'and once only')
})

// what a process that takes this Node for another one says
function runAs (version, ...args) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });` +
    `require(${JSON.stringify(path.join(__dirname, '..', 'lib', 'cli', 'main.js'))}).main(${JSON.stringify(args)}, process).then((code) => { process.exitCode = code })`
  return spawnSync(process.execPath, ['-e', pretend], { encoding: 'utf8' })
}

t.test('selfcheck: a Node that does not do as the model says', { timeout: 60000 }, async (t) => {
  const other = process.versions.node.startsWith('18.') ? '20.20.2' : '18.20.8'
  const { status, stdout } = runAs(other, 'selfcheck')
  t.equal(status, 1)
  t.match(stdout, /idle after an answer .* NO\n/)
  t.match(stdout, /repeated with the same connections: .* NO for .*idle after an answer/)
  t.match(stdout, /does NOT do as the model says/)
})

t.test('selfcheck: a Node that nobody has seen yet', { timeout: 60000 }, async (t) => {
  const { stdout } = runAs('99.0.0', 'selfcheck')
  t.match(stdout, /untested: this version is newer than any that was measured; the newest row known is assumed/)
})
