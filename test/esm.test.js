'use strict'

// import and require give the same functions.

const t = require('tap')
const api = require('lb-safe-timeouts')

t.test('import lb-safe-timeouts', async (t) => {
  const esm = await import('lb-safe-timeouts')
  const named = Object.keys(api)
  t.ok(named.length >= 5)
  for (const name of named) t.equal(esm[name], api[name], name)
  t.equal(esm.default, api)
})
