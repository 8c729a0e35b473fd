'use strict'

// Options, servers' stand-ins, logs and settings that come from other contexts (vm), which are
// gone again soon; errors belong to the package's own context and have their codes there, too.

const assert = require('node:assert')
const fs = require('node:fs')
const http = require('node:http')
const vm = require('node:vm')
const lbst = require('../../..')

const count = 200
const code = `
  const report = lbst.applyLbSafeTimeouts(server, { lb: ['cloudflare', { id: 'aws-alb', idleTimeoutMs: 30000 }] })
  const codes = [() => lbst.applyLbSafeTimeouts({}), () => lbst.planLbSafeTimeouts({ lb: 'aws_alb' }), () => lbst.classifyLog(1)].map((call) => {
    try { call() } catch (error) { return error.code }
  })
  const model = lbst.createConnectionModel({ keepAliveTimeout: 1000 })
  model.event('open', 0)
  const verdicts = lbst.classifyLog(new Uint8Array([65, 10]), { format: 'nginx-access' })
  ;({ after: report.after.keepAliveTimeout, codes, next: model.nextDeadlineMs(), bad: verdicts.bad, own: report instanceof Object })`
const script = new vm.Script(code)

for (let i = 0; i < count; i++) {
  const server = http.createServer()
  const context = vm.createContext({ lbst, server })
  const { after, codes, next, bad, own } = script.runInContext(context)
  assert.strictEqual(after, 35000)
  assert.deepStrictEqual([...codes], ['LBST_E_NOT_A_SERVER', 'LBST_E_UNKNOWN_LB', 'LBST_E_INVALID_TYPE'])
  assert.ok(next > 0 && bad === 1 && own === false)
  // the whole package again, loaded by code of another context
  if (i % 20 === 0) {
    for (const name of Object.keys(require.cache)) if (!name.endsWith('.node')) delete require.cache[name]
    const inner = vm.runInContext('(require) => require("../../..")', context)(require)
    assert.strictEqual(inner.planLbSafeTimeouts({ lb: 'aws-alb' }).after.keepAliveTimeout, 65000)
    globalThis.gc()
  }
}
fs.writeSync(1, `${count} contexts, fine\n`)
