'use strict'

// The native module in a vm context, where jest runs a test file: its errors are of that
// context's classes. Outside of one it is the module itself, at no cost.

const fs = require('node:fs')
const vm = require('node:vm')
const t = require('tap')
const { native } = require('../lib/binding')
const { adopt } = require('../lib/realm')

const realm = require.resolve('../lib/realm')

t.test('in the main context it is the module itself', async (t) => {
  t.equal(adopt(native()), native())
})

t.test('in another context its errors are that context\'s', async (t) => {
  const context = vm.createContext({ addon: native() })
  vm.runInContext(`var module = {}; ${fs.readFileSync(realm, 'utf8')}; var adopted = module.exports.adopt(addon)`, context)
  const caught = vm.runInContext(`
    (() => { try { adopted.nodeTimers('x') } catch (error) { return { error, own: error instanceof Error, code: error.code } } })()`, context)
  t.equal(caught.own, true)
  t.notOk(caught.error instanceof Error, 'and not ours')
  t.match(caught.code, /^LBST_E_/)
  t.throws(() => native().nodeTimers('x'), { code: caught.code, message: caught.error.message }, 'with the same code and words')
  t.same(Object.keys(context.adopted), Object.keys(native()), 'nothing is missing')
})
