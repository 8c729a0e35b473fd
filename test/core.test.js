'use strict'

// Each C test of the core, compiled with ASan and UBSan, as a subtest.

const t = require('tap')
const { testNames, compileTest } = require('../scripts/ctest')

for (const name of testNames()) {
  t.spawn(compileTest(name), [], { name: `${name}_test.c` })
}
