'use strict'

// What people really hold. First the object that they hold beside the server: each framework's
// own is refused with the way to the server in the message, and nothing is changed on either.
// Then examples/frameworks, each in a process of its own and measured on an idle connection.

const dns = require('node:dns')
const http = require('node:http')
const { createRequire } = require('node:module')
const path = require('node:path')
const t = require('tap')

const { applyLbSafeTimeouts } = require('..')
const { installExample } = require('../scripts/install-example')
const { compareExample, describe, judge } = require('./support/example')

t.setTimeout(300000) // the first run installs the frameworks
t.jobs = 4
const load = createRequire(path.join(installExample('frameworks'), 'package.json'))

const options = { lb: 'aws-alb' }

async function createNest () {
  load('reflect-metadata')
  const { Module } = load('@nestjs/common')
  const { NestFactory } = load('@nestjs/core')
  class AppModule {}
  Module({})(AppModule)
  return NestFactory.create(AppModule, { logger: false })
}

// [what, how it is made, the hint, its server or undefined where it has none yet]
const rows = [
  ['an Express app', () => load('express')(), 'pass the server that app.listen() returns', () => undefined],
  ['a Koa app', () => new (load('koa'))(), 'pass the server that app.listen() returns', () => undefined],
  ['a Fastify instance', () => load('fastify')(), 'pass fastify.server', (fastify) => fastify.server],
  ['a Nest app', createNest, 'pass app.getHttpServer()', (app) => app.getHttpServer()],
  ['a hapi server', () => load('@hapi/hapi').server(), 'pass server.listener', (server) => server.listener]
]

function readTimeouts ({ keepAliveTimeout, headersTimeout, requestTimeout, timeout }) {
  return { keepAliveTimeout, headersTimeout, requestTimeout, timeout }
}

for (const [what, create, hint, getServer] of rows) {
  t.test(what, async (t) => {
    const app = await create()
    const server = getServer(app)
    const keys = Reflect.ownKeys(app)
    const timeouts = server && readTimeouts(server)
    t.throws(() => applyLbSafeTimeouts(app, options), {
      name: 'TypeError',
      code: 'LBST_E_NOT_A_SERVER',
      message: hint
    })
    t.strictSame(Reflect.ownKeys(app), keys, 'nothing was added to it')
    if (server === undefined) return
    t.strictSame(readTimeouts(server), timeouts, 'its server is as it was')
    t.equal(applyLbSafeTimeouts(server, options).safe, true, 'and is what we take')
  })
}

t.test('a promise of a server', async (t) => {
  const fastify = load('fastify')()
  t.teardown(() => fastify.close())
  const promise = fastify.listen({ host: '127.0.0.1', port: 0 })
  t.throws(() => applyLbSafeTimeouts(promise, options), { code: 'LBST_E_NOT_A_SERVER', message: 'await it first' })
  await promise
})

// Where 'localhost', Fastify's default, has two addresses, Fastify opens a server for each, and
// fastify.server is only the first. With a serverFactory there is one.
const skip = process.platform !== 'linux' && 'only Linux has 127.0.0.2 without being asked'
t.test('Fastify with a serverFactory has no server but the one we see', { skip }, async (t) => {
  const { lookup } = dns
  t.teardown(() => { dns.lookup = lookup })
  const both = [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }]
  dns.lookup = (host, ...rest) => {
    if (host !== 'localhost') return lookup(host, ...rest)
    const callback = rest.pop()
    const all = rest[0]?.all === true
    process.nextTick(() => all ? callback(null, both) : callback(null, both[0].address, 4))
  }

  async function countAddresses (fastifyOptions) {
    const fastify = load('fastify')(fastifyOptions)
    t.teardown(() => fastify.close())
    await fastify.listen({ port: 0 })
    return fastify.addresses().length
  }
  const reports = []
  function serverFactory (handler) {
    const server = http.createServer(handler)
    reports.push(applyLbSafeTimeouts(server, options))
    return server
  }
  t.equal(await countAddresses({}), 2, 'without it there are two, so this test can fail')
  t.equal(await countAddresses({ serverFactory }), 1)
  t.strictSame(reports.map(({ safe }) => safe), [true])
})

for (const name of ['express', 'koa', 'fastify', 'fastify-server-factory', 'nest', 'hapi']) {
  t.test(`the ${name} example`, { buffered: true }, async (t) => {
    const result = await compareExample(`frameworks/${name}.js`)
    t.comment(describe(name, result))
    t.match(result.made.answer, /hello/)
    t.strictSame(judge(result), [])
  })
}
