'use strict'

// A Next.js 16 custom server, built and served: examples/next-custom-server.

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const t = require('tap')

const { installExample } = require('../scripts/install-example')
const { compareExample, describe, judge } = require('./support/example')

t.setTimeout(300000) // the first run installs 340 MB
const dir = installExample('next-custom-server')

t.test('next build, and its server outlives the load balancer', async (t) => {
  const next = path.join(dir, 'node_modules', 'next', 'dist', 'bin', 'next')
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
  const build = spawnSync(process.execPath, [next, 'build'], { cwd: dir, env, encoding: 'utf8' })
  t.equal(build.status, 0, 'builds', { stdout: build.stdout, stderr: build.stderr })
  t.notMatch(build.stdout + build.stderr, /warn|error/i, 'without a warning')

  const result = await compareExample('next-custom-server/server.js')
  t.comment(describe('next', result))
  t.match(result.made.answer, /x-powered-by: next\.js/i)
  t.match(result.made.answer, /<p>hello<\/p>/)
  t.strictSame(judge(result), [])
})
