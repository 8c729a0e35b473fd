'use strict'

// What a user gets: the files that are packed, and the rules of the manifest.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const t = require('tap')
const manifest = require('../package.json')

const root = path.join(__dirname, '..')

t.test('npm pack', async (t) => {
  const { stdout, stderr, status } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' })
  t.equal(status, 0, stderr)
  const files = JSON.parse(stdout)[0].files.map(({ path }) => path).sort()
  const expected = /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|bin\/lb-safe-timeouts\.js|lib\/[\w/-]+\.(js|mjs|d\.ts|d\.mts)|build\/Release\/lb_safe_timeouts\.node)$/
  t.same(files.filter((file) => !expected.test(file)), [], 'nothing else is packed')
  for (const file of ['lib/index.js', 'lib/index.mjs', 'lib/index.d.ts', 'lib/model.d.ts', 'bin/lb-safe-timeouts.js', 'lib/selfcheck/server.js', 'build/Release/lb_safe_timeouts.node']) t.ok(files.includes(file), file)
  t.notOk(files.includes('binding.gyp'), 'or npm would build it at every install')
})

t.test('the manifest', async (t) => {
  for (const name of ['preinstall', 'install', 'postinstall']) t.notOk(name in manifest.scripts, `no ${name} script`)
  t.equal(manifest.gypfile, false)
  // YAML and TOML of other people's making; each is loaded when such a text is to be read
  const dependencies = ['smol-toml', 'yaml']
  t.same(Object.keys(manifest.dependencies), dependencies, 'little comes with it')
  for (const name of dependencies) {
    const own = JSON.parse(fs.readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8'))
    t.same(Object.keys(own.dependencies ?? {}), [], `and nothing with ${name}`)
  }
  const { stdout } = spawnSync(process.execPath, ['-p', "require('.'); require('./lib/metadata').readLbMetadata('{\"Attributes\": []}'); Object.keys(require.cache).filter((file) => /(yaml|smol-toml).(dist|index)/.test(file)).length"], { cwd: root, encoding: 'utf8' })
  t.equal(stdout.trim(), '0', 'they are loaded when they are needed')
})
