'use strict'

// index.d.ts, by hand, held against uses and misuses (test/types/index.test-d.ts).

const path = require('node:path')
const t = require('tap')

t.test('tsd', async (t) => {
  const { default: tsd } = require('tsd')
  const found = await tsd({ cwd: path.join(__dirname, '..'), typingsFile: 'lib/index.d.ts', testFiles: ['test/types/index.test-d.ts'] })
  t.same(found.map(({ message, fileName, line }) => `${fileName}:${line} ${message}`), [])
})
