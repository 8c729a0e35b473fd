'use strict'

// Two versions of the package, each with its own native module, on the same servers: in every
// order of applying and restoring the timeouts are right at each step, and what one of them has
// made is nothing to the other's native code.

const assert = require('node:assert')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')

const one = require('../../..')
const two = require(process.argv[2])
const natives = [path.join(__dirname, '..', '..', '..'), process.argv[2]].map((root) => require(path.join(root, 'build', 'Release', 'lb_safe_timeouts.node')))
assert.notStrictEqual(natives[0], natives[1])

const orders = [[one, two], [two, one], [one, two, one], [two, one, two]]
for (const order of orders) {
  for (const reversed of [false, true]) {
    const server = http.createServer()
    const before = server.keepAliveTimeout
    const reports = order.map((version, index) => version.applyLbSafeTimeouts(server, { lb: { id: 'aws-alb', idleTimeoutMs: 60000 + index * 1000 } }))
    assert.strictEqual(server.keepAliveTimeout, 65000 + (order.length - 1) * 1000)
    assert.ok(one.status(server).verdict !== undefined && two.status(server).verdict !== undefined)
    for (const report of reversed ? reports.reverse() : reports) report.restore()
    // each takes back its own write where it still stands
    if (reversed) assert.strictEqual(server.keepAliveTimeout, before)
    else assert.ok([before, 65000, 66000].includes(server.keepAliveTimeout), `${server.keepAliveTimeout}`)
    assert.deepStrictEqual(server.listenerCount('connection'), http.createServer().listenerCount('connection'))
  }
}

const handles = natives.map((native) => native.connCreate({}, '22.19.0', 0, Infinity))
const logs = natives.map((native) => native.logOpen({ format: 'nginx-access', record: false, logFormat: '', entries: 'none', evidence: 0, sinceMs: null, untilMs: null }))
for (const [index, native] of natives.entries()) {
  assert.throws(() => native.connNext(handles[1 - index]), { code: 'LBST_E_INVALID_TYPE' })
  assert.throws(() => native.logResult(logs[1 - index]), { code: 'LBST_E_INVALID_TYPE' })
  assert.throws(() => native.logResult(handles[index]), { code: 'LBST_E_INVALID_TYPE' })
  assert.strictEqual(native.connNext(handles[index]), Infinity)
}
globalThis.gc()
fs.writeSync(1, 'two versions, fine\n')
