'use strict'

const t = require('tap')
const { parseLbMetadata } = require('../lib/metadata')
const edges = require('./metadata/edges')

for (const { what, input, format, hops, length, error, code = 'LBST_E_BAD_METADATA' } of edges) {
  t.test(what, async (t) => {
    const text = typeof input === 'string' ? input : JSON.stringify(input)
    if (error !== undefined) {
      t.throws(() => parseLbMetadata(text, { format }), { code, message: error })
      return
    }
    const { hops: found } = parseLbMetadata(text, { format })
    if (length !== undefined) t.equal(found.length, length)
    else t.same(found.map(({ id, role, idleTimeoutMs, unbounded, drainMs }) => [id, role, unbounded ? 'unbounded' : idleTimeoutMs, drainMs]), hops.map(([id, role, idle, drain = null]) => [id, role, idle, drain]))
    for (const { where, why } of found) t.match({ where, why }, { where: /\S/, why: /\S/ })
  })
}
