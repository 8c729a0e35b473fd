'use strict'

// Each C test of the core and of the system's part, compiled with ASan and UBSan, as a subtest.

const t = require('tap')
const { testNames, compileTest } = require('../scripts/ctest')

// all are compiled before the first one runs, or its time would be counted from then
const programs = testNames().map((name) => ({ name, program: compileTest(name) }))
for (const { name, program } of programs) t.spawn(program, [], { name: `${name}_test.c` })
