'use strict'

// The ways in which a process gets at this package: require, import, a preload, and test
// runners, which load it many times into one process.

const fs = require('node:fs')
const path = require('node:path')
const { measure, server, startProgram } = require('./drive')
const { makeProject } = require('./project')
const { nodeOf, toolFile, toolVersion } = require('./tools')

// every name of the API by import is the one by require, at every entry point
const sameness = `
  import { createRequire } from 'node:module'
  const require = createRequire(import.meta.url)
  for (const name of ['lb-safe-timeouts', 'lb-safe-timeouts/logs', 'lb-safe-timeouts/model']) {
    const required = require(name)
    const imported = await import(name)
    for (const key of Object.keys(required)) {
      if (imported[key] !== required[key]) throw new Error(name + ': ' + key)
      if (imported.default[key] !== required[key]) throw new Error(name + ': default.' + key)
    }
    console.log(name, Object.keys(required).length)
  }
  await import('lb-safe-timeouts/register')
  console.log(require('lb-safe-timeouts/package.json').name)
`

const named = `
  import { applyLbSafeTimeouts, drain, status } from 'lb-safe-timeouts'
  import { classifyLog, classifyLogFiles, createLogClassifier, logFormats } from 'lb-safe-timeouts/logs'
  import { createConnectionModel } from 'lb-safe-timeouts/model'
  console.log([applyLbSafeTimeouts, drain, status, classifyLog, classifyLogFiles, createLogClassifier, createConnectionModel].every((f) => typeof f === 'function') && logFormats.length > 10)
`

const nodeTest = `
  const test = require('node:test')
  const assert = require('node:assert')
  const http = require('node:http')
  const { once } = require('node:events')
  const { applyLbSafeTimeouts, drain } = require('lb-safe-timeouts')
  for (let i = 0; i < 3; i++) {
    test('server ' + i, async () => {
      const server = http.createServer((req, res) => res.end('ok'))
      assert.strictEqual(applyLbSafeTimeouts(server, { lb: 'aws-alb' }).after.keepAliveTimeout, 65000)
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
      const [res] = await once(http.get({ port: server.address().port, agent: false }), 'response')
      assert.strictEqual(res.resume().statusCode, 200)
      await drain(server, { windowMs: 0, deadlineMs: 3000 })
    })
  }
`

async function checkModules (suite) {
  for (const line of suite.quick ? [20] : [18, 20, 22, 24, 26]) {
    const project = makeProject('modules', { files: { 'same.mjs': sameness, 'named.mjs': named, 'user.test.js': nodeTest } })
    project.install(suite.tarball)
    const node = nodeOf(line)
    const same = project.run(node, ['same.mjs'])
    suite.check(/^lb-safe-timeouts \d+\nlb-safe-timeouts\/logs \d+\nlb-safe-timeouts\/model \d+\nlb-safe-timeouts\n$/.test(same.stdout), `Node ${line}: import and require give the same functions`, same.stdout + same.stderr)
    const names = project.run(node, ['named.mjs'])
    suite.check(names.stdout === 'true\n', `Node ${line}: named imports from every entry point`, names.stderr)
    const tests = project.run(node, ['--test', 'user.test.js'])
    suite.check(tests.status === 0 && /pass 3/.test(tests.stdout), `Node ${line}: node --test passes and ends`, tests.stdout + tests.stderr)
  }
}

async function checkPreloads (suite) {
  const name = 'lb-safe-timeouts/register'
  const ways = [
    { how: '--require', args: ['--require', name] },
    { how: '--import', args: ['--import', name] },
    { how: 'NODE_OPTIONS', args: [], env: { NODE_OPTIONS: `--require ${name}` } }
  ]
  const project = makeProject('preload')
  project.install(suite.tarball)
  fs.copyFileSync(server, project.path('server.cjs'))
  for (const { how, args, env } of ways) {
    if (suite.quick && how !== 'NODE_OPTIONS') continue
    const found = await measure((mode) => startProgram(process.execPath, mode === 'bare' ? ['server.cjs'] : [...args, 'server.cjs'], {
      mode: mode === 'bare' ? mode : 'register',
      cwd: project.dir,
      env: { LOG_FILE: project.path('alb.log'), LB_SAFE_TIMEOUTS_IDLE_MS: '1500', ...(mode === 'bare' ? {} : env) }
    }), { only: ['outlast'] })
    suite.checkServer(`register by ${how}`, found, { only: ['outlast'] })
  }
}

/** The same tests in as many files. */
function makeTestProject (suite, tool, fixture, extension) {
  const text = fs.readFileSync(path.join(__dirname, 'fixtures', fixture), 'utf8')
  const files = Object.fromEntries([1, 2, 3, 4].map((n) => [`user${n}.test.${extension}`, text]))
  const project = makeProject(tool, { files })
  project.install(suite.tarball)
  return project
}

function checkJest (suite) {
  const project = makeTestProject(suite, 'jest', 'jest.cjs', 'js')
  for (const args of [['--runInBand'], ['--maxWorkers=2'], ['--maxWorkers=2', '--workerThreads']]) {
    if (suite.quick && args[0] !== '--runInBand') continue
    const { status, stderr } = project.run(process.execPath, [toolFile('jest', 'jest', 'bin', 'jest.js'), '--no-watchman', '--no-cache', `--rootDir=${project.dir}`, ...args])
    const isClean = !/did not exit|force exited|failed to exit/i.test(stderr)
    suite.check(status === 0 && /Tests: +16 passed, 16 total/.test(stderr) && isClean, `jest ${toolVersion('jest')} ${args.join(' ')}: 4 files`, stderr)
  }
}

function checkVitest (suite) {
  const project = makeTestProject(suite, 'vitest', 'vitest.mjs', 'mjs')
  project.link('vitest', toolFile('vitest', 'vitest'))
  for (const pool of ['forks', 'threads', 'vmThreads']) {
    const args = [toolFile('vitest', 'vitest', 'vitest.mjs'), 'run', `--pool=${pool}`, '--maxWorkers=2']
    const { status, stdout, stderr } = project.run(nodeOf(24), args, { env: { NO_COLOR: '1' } })
    suite.check(status === 0 && /Tests +12 passed \(12\)/.test(stdout) && stderr === '', `vitest ${toolVersion('vitest')} --pool=${pool}: 4 files`, stdout + stderr)
  }
}

async function run (suite) {
  await checkModules(suite)
  await checkPreloads(suite)
  checkJest(suite)
  if (!suite.quick) checkVitest(suite)
}

module.exports = { run }
