'use strict'

// The command as a user runs it: a process, its output, its exit code.

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const t = require('tap')

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
    [['plan', '--idle-ms', '60s'], /--idle-ms needs a whole number/],
    [['plan', '--idle-ms', '60'], /write 60000 for 60 seconds/],
    [['selfcheck', '--sed', '1'], /did you mean '--seed'/]
  ]
  for (const [args, message] of wrong) {
    const { status, stderr, stdout } = run(...args)
    t.equal(status, 2, args.join(' '))
    t.match(stderr, message)
    t.equal(stdout, '')
  }
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
