'use strict'

// lb-safe-timeouts/register under real frameworks: a kept-alive connection outlives the (scaled)
// load balancer with the preload, and does not without it.
//
//   npm run test:register

const path = require('node:path')
const { ensureApp, ensureNext } = require('../helpers/apps')
const { freePort, startProgram, outlives } = require('../helpers/preload')

const fixture = (name) => path.join(__dirname, '..', 'fixtures', 'register', name)

function programs () {
  const fastify = ensureApp('fastify', ['fastify@5'])
  const next = ensureNext()
  const env = { NEXT_TELEMETRY_DISABLED: '1', HOSTNAME: '127.0.0.1', KEEP_ALIVE_TIMEOUT: '1000' }
  const url = { path: '/api/ok' }
  return [
    { name: 'Fastify 5', file: fixture('fastify.js'), options: { args: [fastify] } },
    { name: 'cluster of two', file: fixture('cluster.js') },
    { name: 'worker', file: fixture('worker.js') },
    {
      name: 'next start',
      file: path.join(next, 'node_modules', 'next', 'dist', 'bin', 'next'),
      options: { args: ['start', '-p', '0', '-H', '127.0.0.1', '--keepAliveTimeout', '1000'], cwd: next, env },
      url
    },
    { name: 'Next.js 16 standalone', file: path.join(next, '.next', 'standalone', 'server.js'), options: { cwd: next, env }, url }
  ]
}

async function measure ({ file, options, url }, how) {
  const program = await startProgram(file, { ...options, env: { ...options?.env, PORT: await freePort() }, with: how })
  try {
    const answered = await outlives(program, { count: 10, ...url })
    return { answered, lines: program.stderr.split('\n').filter((line) => line.startsWith('lb-safe-timeouts')).length }
  } finally {
    program.child.kill()
    await program.ended
  }
}

async function main () {
  for (const program of programs()) {
    const [bare, ours] = await Promise.all([measure(program, 'none'), measure(program, 'options')])
    const good = bare.answered === 0 && ours.answered === 10
    if (!good) process.exitCode = 1
    console.log(`${good ? 'ok' : 'not ok'} ${program.name}: of 10 kept-alive connections ${bare.answered} outlive ` +
      `the load balancer without us, ${ours.answered} with us (${ours.lines} line(s) on stderr)` +
      (bare.answered === 0 ? '' : '; the control did not lose: this proves nothing'))
  }
}

main()
