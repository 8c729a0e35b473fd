'use strict'

// The native module through the whole life of its environments: many workers that alone load
// it, two loads, two copies, garbage collection, an exit with servers open.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const t = require('tap')

const root = path.join(__dirname, '..')

function run (args) {
  return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60000 })
}

/** A second installation of the package, as npm would put it in another folder. */
function copyPackage (t) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-copy-'))
  t.teardown(() => fs.rmSync(copy, { recursive: true, force: true }))
  for (const name of ['lib', 'package.json', 'build/Release/lb_safe_timeouts.node']) {
    fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true })
  }
  return copy
}

t.test('60 workers that alone load it, ending in four ways', async (t) => {
  const { status, signal, stdout, stderr } = run([path.join(__dirname, 'fixtures', 'workers-main.js')])
  t.equal(stdout, '60 of 60 workers\n')
  t.same({ status, signal, stderr }, { status: 0, signal: null, stderr: '' })
})

t.test('exit with servers open, after garbage collection', async (t) => {
  const { status, signal, stdout, stderr } = run(['--expose-gc', path.join(__dirname, 'fixtures', 'exit-open.js')])
  t.same({ status, signal, stdout, stderr }, { status: 0, signal: null, stdout: '65000\n', stderr: '' })
})

t.test('a second load of the same file works beside the first', async (t) => {
  const file = path.join(root, 'build', 'Release', 'lb_safe_timeouts.node')
  const first = require(file)
  delete require.cache[require.resolve(file)]
  const second = require(file)
  t.not(first, second)
  t.same(first.lbList(), second.lbList())
})

t.test('a second copy of the package recognises a server that the first has touched', async (t) => {
  const first = require(root)
  const second = require(copyPackage(t))
  t.not(first.applyLbSafeTimeouts, second.applyLbSafeTimeouts)
  const server = http.createServer()
  const one = first.applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  const two = second.applyLbSafeTimeouts(server, { lb: 'aws-alb' })
  t.notOk(one.reasons.some(({ code }) => code === 'LBST_R_ALREADY_APPLIED'))
  t.ok(two.reasons.some(({ code }) => code === 'LBST_R_ALREADY_APPLIED'))
  t.same(two.changed, [])
  t.same(two.restore(), [], 'and takes nothing back that is not its own')
  t.equal(server.keepAliveTimeout, 65000)
})

t.test('without the native module: one clear error, and native is false', async (t) => {
  const copy = copyPackage(t)
  fs.rmSync(path.join(copy, 'build'), { recursive: true })
  const broken = require(copy)
  t.equal(broken.native, false)
  t.throws(() => broken.applyLbSafeTimeouts(http.createServer()), { name: 'Error', code: 'LBST_E_NATIVE_MISSING', message: /Tried: build\/Release: nothing was built here; / })
  t.throws(() => broken.loadBalancers(), { code: 'LBST_E_NATIVE_MISSING' })
})

t.test('requiring the package loads neither the native module nor http', async (t) => {
  const script = `require(${JSON.stringify(root)}); console.log(Object.keys(require.cache).some((file) => file.endsWith('.node')), process.moduleLoadList.includes('NativeModule _http_server'))`
  t.equal(run(['-e', script]).stdout, 'false false\n')
})
