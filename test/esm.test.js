'use strict'

// import and require give the same functions.

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const t = require('tap')
const api = require('lb-safe-timeouts')

t.test('import lb-safe-timeouts', async (t) => {
  const esm = await import('lb-safe-timeouts')
  const named = Object.keys(api)
  t.ok(named.length >= 5)
  for (const name of named) t.equal(esm[name], api[name], name)
  t.equal(esm.default, api)
})

// the files of this package that an import has loaded, beside those that a require loads too
const importer = `
  import { createRequire } from 'node:module'
  const { cache } = createRequire(import.meta.url)
  await import('lb-safe-timeouts')
  console.log(JSON.stringify(Object.keys(cache)))
`

t.test('an import loads what a require loads, and the native module', async (t) => {
  const root = path.join(__dirname, '..')
  const load = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    t.equal(status, 0, stderr)
    return JSON.parse(stdout).map((file) => path.relative(root, file).replaceAll('\\', '/'))
  }
  const required = load('-e', "require('lb-safe-timeouts'); console.log(JSON.stringify(Object.keys(require.cache)))")
  const imported = load('--input-type=module', '-e', importer)
  t.ok(required.includes('lib/apply.js'))
  // lib/realm.js adopts the native module
  t.same(imported.filter((file) => !required.includes(file) && !file.endsWith('.node') && file !== 'lib/realm.js'), [])
})

t.test('what is loaded at the call is what the file exports', async (t) => {
  const { drain } = require('../lib/drain')
  const files = { classifyLog: 'logs', createLogClassifier: 'logs', createConnectionModel: 'model', status: 'status', drain: 'drain', readLbMetadata: 'metadata' }
  for (const [name, file] of Object.entries(files)) {
    const own = require(`../lib/${file}`)[name]
    t.same([api[name].name, api[name].length], [own.name, own.length], name)
  }
  t.same(Object.keys(api.drain), Object.keys(drain))
  for (const name of Object.keys(drain)) t.equal(api.drain[name].length, drain[name].length, `drain.${name}`)
  t.same(api.drain.kubernetes({ lb: 'nginx' }), drain.kubernetes({ lb: 'nginx' }))
})
