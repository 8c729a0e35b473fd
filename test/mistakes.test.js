'use strict'

// The mistakes that people make: each gets an error with a code that names the wrong value
// and the remedy, and nothing is changed.

const fs = require('node:fs')
const http = require('node:http')
const net = require('node:net')
const path = require('node:path')
const t = require('tap')
const YAML = require('yaml')
const { applyLbSafeTimeouts, classifyLog, createConnectionModel, drain, findLoadBalancer, nodeTimers, planLbSafeTimeouts, readLbMetadata } = require('..')

const timerNames = ['keepAliveTimeout', 'headersTimeout', 'requestTimeout', 'timeout', 'keepAliveTimeoutBuffer']

function expressLike () {
  const app = function (req, res) {}
  return Object.assign(app, { handle () {}, use () {}, listen () {}, on () {}, set () {} })
}

const notServers = [
  ['undefined', undefined, /nothing/],
  ['null', null, /nothing/],
  ['an address', 'http://127.0.0.1:3000', /pass the server object itself/],
  ['a port', 3000, /pass the server object itself/],
  ['an Express app', expressLike(), /Express.*app\.listen\(\)/],
  ['a Koa app', { listen () {}, on () {}, use () {}, callback () {} }, /Koa.*app\.listen\(\)/],
  ['a Fastify instance', { listen () {}, close () {}, inject () {}, server: {} }, /fastify\.server/],
  ['a hapi server', { inject () {}, listener: {}, start () {} }, /server\.listener/],
  ['a Nest app', { listen () {}, close () {}, use () {}, getHttpServer () {} }, /app\.getHttpServer\(\)/],
  ['a promise', Promise.resolve(), /await it/],
  ['a request listener', (req, res) => {}, /http\.createServer\(thatFunction\)/],
  ['https options', { key: 'k', cert: 'c' }, /https\.createServer/],
  ['a net server', net.createServer(), /net or tls/],
  ['a holder', { server: {}, port: 1 }, /\.server/],
  ['an empty object', {}, /without the methods/]
]

t.test('things that are no server', async (t) => {
  for (const [name, value, hint] of notServers) {
    t.throws(() => applyLbSafeTimeouts(value, { lb: 'aws-alb' }), { name: 'TypeError', code: 'LBST_E_NOT_A_SERVER', message: hint }, name)
  }
})

const wrongOptions = [
  ['seconds', { idleTimeoutMs: 61 }, 'RangeError', 'LBST_E_LOOKS_LIKE_SECONDS', /61 ms.*write 61000/],
  ['seconds in a hop', { lb: { id: 'aws-alb', idleTimeoutMs: 120 } }, 'RangeError', 'LBST_E_LOOKS_LIKE_SECONDS', /write 120000/],
  ["'60s'", { idleTimeoutMs: '60s' }, 'TypeError', 'LBST_E_INVALID_TYPE', /'60s'.*write 60000/],
  ["'60000'", { idleTimeoutMs: '60000' }, 'TypeError', 'LBST_E_INVALID_TYPE', /'60000'.*write 60000/],
  ["'60', seconds", { idleTimeoutMs: '60' }, 'TypeError', 'LBST_E_INVALID_TYPE', /'60'; write 60000$/],
  ['60n', { idleTimeoutMs: 60n }, 'TypeError', 'LBST_E_INVALID_TYPE', /60n; write 60000$/],
  ["'60ms', which nothing right is near", { idleTimeoutMs: '60ms' }, 'TypeError', 'LBST_E_INVALID_TYPE', /got '60ms'$/],
  ["'0.5 s'", { idleTimeoutMs: '0.5 s' }, 'TypeError', 'LBST_E_INVALID_TYPE', /got '0.5 s'$/],
  ["'30000000000'", { idleTimeoutMs: '30000000000' }, 'TypeError', 'LBST_E_INVALID_TYPE', /got '30000000000'$/],
  ["a margin of '60'", { marginMs: '60' }, 'TypeError', 'LBST_E_INVALID_TYPE', /'60'; write 60$/],
  ["'10m'", { marginMs: '10m' }, 'TypeError', 'LBST_E_INVALID_TYPE', /write 600000/],
  ['a bigint', { idleTimeoutMs: 60000n }, 'TypeError', 'LBST_E_INVALID_TYPE', /60000n/],
  ['null', { idleTimeoutMs: null }, 'TypeError', 'LBST_E_INVALID_TYPE', /null/],
  ['negative', { idleTimeoutMs: -1 }, 'RangeError', 'LBST_E_OUT_OF_RANGE', /-1/],
  ['0', { idleTimeoutMs: 0 }, 'RangeError', 'LBST_E_OUT_OF_RANGE', /got 0/],
  ['NaN', { idleTimeoutMs: NaN }, 'RangeError', 'LBST_E_OUT_OF_RANGE', /NaN/],
  ['Infinity', { idleTimeoutMs: Infinity }, 'RangeError', 'LBST_E_OUT_OF_RANGE', /Infinity/],
  ['2^31', { idleTimeoutMs: 2 ** 31 }, 'RangeError', 'LBST_E_OUT_OF_RANGE', /2147483648/],
  ['2^31-1, which cannot be outlasted', { idleTimeoutMs: 2 ** 31 - 1 }, 'RangeError', 'LBST_E_TOO_LONG', /2147483647/],
  ['a fraction', { idleTimeoutMs: 60000.5 }, 'RangeError', 'LBST_E_OUT_OF_RANGE', /60000\.5/],
  ['a misspelt id', { lb: 'aws_alb' }, 'RangeError', 'LBST_E_UNKNOWN_LB', /'aws_alb'.*did you mean 'aws-alb'/],
  ['half an id', { lb: 'ALB' }, 'RangeError', 'LBST_E_UNKNOWN_LB', /did you mean one of .*'aws-alb'.*'gcp-external-alb'/],
  ['an unknown id', { lb: 'f5-big-ip' }, 'RangeError', 'LBST_E_UNKNOWN_LB', /npx lb-safe-timeouts list.*idleTimeoutMs/],
  ['an inherited name as id', { lb: 'constructor' }, 'RangeError', 'LBST_E_UNKNOWN_LB', /constructor/],
  ['a number as lb', { lb: 60000 }, 'TypeError', 'LBST_E_INVALID_TYPE', /idleTimeoutMs: 60000/],
  ['null as lb', { lb: null }, 'TypeError', 'LBST_E_INVALID_TYPE', /option lb must be an object such as \{ id: 'aws-alb' \}, got null/],
  ['an empty hop', { lb: {} }, 'TypeError', 'LBST_E_INVALID_TYPE', /needs an id/],
  ['an empty chain', { lb: [] }, 'RangeError', 'LBST_E_OUT_OF_RANGE', /1 to 16/],
  ['a chain too long', { lb: Array(17).fill('nginx') }, 'RangeError', 'LBST_E_OUT_OF_RANGE', /got 17/],
  ['a chain in a chain', { lb: [['nginx']] }, 'TypeError', 'LBST_E_INVALID_TYPE', /lb\[0\] must be an object such as \{ id: /],
  ['a misspelt hop property', { lb: { id: 'nginx', idleTimeout: 1 } }, 'TypeError', 'LBST_E_UNKNOWN_OPTION', /did you mean idleTimeoutMs/],
  ['lb and idleTimeoutMs at odds', { lb: 'aws-alb', idleTimeoutMs: 120000 }, 'TypeError', 'LBST_E_CONFLICT', /120000.*lb: \{ id, idleTimeoutMs: 120000 \}/],
  ['metadata and idleTimeoutMs at odds', { metadata: 'upstream app { server 127.0.0.1:3000; keepalive 8; keepalive_timeout 60s; }', idleTimeoutMs: 70000 }, 'TypeError', 'LBST_E_CONFLICT', /70000.*option metadata tells of; pass the one/],
  ['lb and metadata', { lb: 'aws-alb', metadata: [{ id: 'nginx' }] }, 'TypeError', 'LBST_E_CONFLICT', /metadata/],
  ['metadata of no format', { metadata: 'what is this' }, 'RangeError', 'LBST_E_UNKNOWN_FORMAT', /option metadata: .*nginx/],
  ['metadata that is cut off', { metadata: '{"Attributes": [' }, 'Error', 'LBST_E_BAD_METADATA', /option metadata: .*JSON/],
  ['metadata without a load balancer', { metadata: 'http { keepalive_timeout 75s; }' }, 'Error', 'LBST_E_NO_IDLE_TIMEOUT', /read as nginx/],
  ['a number as metadata', { metadata: 60000 }, 'TypeError', 'LBST_E_INVALID_TYPE', /60000/],
  ['a hop of metadata without a face', { metadata: [{}] }, 'TypeError', 'LBST_E_INVALID_TYPE', /metadata\[0\]/],
  ['a hop of metadata with a wrong role', { metadata: [{ role: 'pool_owner' }] }, 'TypeError', 'LBST_E_INVALID_TYPE', /did you mean 'pool-owner'/],
  ['a hop of metadata that nobody knows the number of', { metadata: [{ role: 'pool-owner', name: 'the edge' }] }, 'Error', 'LBST_E_NO_IDLE_TIMEOUT', /the edge/],
  ['a misspelt option', { idleTimeout: 60000 }, 'TypeError', 'LBST_E_UNKNOWN_OPTION', /did you mean idleTimeoutMs/],
  ["Node's own name", { keepAliveTimeout: 65000 }, 'TypeError', 'LBST_E_UNKNOWN_OPTION', /known are lb/],
  ['the id alone', 'aws-alb', 'TypeError', 'LBST_E_INVALID_TYPE', /\{ lb: 'aws-alb' \}/],
  ['the number alone', 65000, 'TypeError', 'LBST_E_INVALID_TYPE', /65000/],
  ['an array', ['aws-alb'], 'TypeError', 'LBST_E_INVALID_TYPE', /an array/],
  ['null options', null, 'TypeError', 'LBST_E_INVALID_TYPE', /null/],
  ['a margin below 0', { marginMs: -5 }, 'RangeError', 'LBST_E_OUT_OF_RANGE', /marginMs/],
  ['a wrong word', { headersTimeout: 'out-last' }, 'TypeError', 'LBST_E_INVALID_TYPE', /did you mean 'outlast'/],
  ['a wrong word for unbounded', { unbounded: 'never' }, 'TypeError', 'LBST_E_INVALID_TYPE', /did you mean 'never-close'/],
  ['a wrong word for onUnsafeWrite', { onUnsafeWrite: true }, 'TypeError', 'LBST_E_INVALID_TYPE', /'warn', 'enforce', 'off'/],
  ['a string for lastLook', { lastLook: 'false' }, 'TypeError', 'LBST_E_INVALID_TYPE', /lastLook/],
  ['a number for evidence', { evidence: 1 }, 'TypeError', 'LBST_E_INVALID_TYPE', /evidence/]
]

t.test('wrong options: told, and nothing is changed', async (t) => {
  for (const [name, options, errorName, code, message] of wrongOptions) {
    const server = http.createServer()
    const before = timerNames.map((timer) => server[timer])
    t.throws(() => applyLbSafeTimeouts(server, options), { name: errorName, code, message }, name)
    t.same(timerNames.map((timer) => server[timer]), before, `${name}: nothing changed`)
    t.same(Object.getOwnPropertySymbols(server).map(String).filter((symbol) => symbol.includes('lb-safe')), [], `${name}: no mark`)
    t.throws(() => planLbSafeTimeouts(options), { code }, `${name}: the plan says the same`)
  }
})

t.test('the declaration tells every code, beside its class', async (t) => {
  const declared = fs.readFileSync(path.join(__dirname, '..', 'lib', 'index.d.ts'), 'utf8')
  const [, throws] = /@throws\n((?: \* .*\n)+?) \*\n(?: \* .*\n)* \*\/\nexport function applyLbSafeTimeouts /.exec(declared)
  const classes = new Map([...throws.matchAll(/- (\w+): ([^-]+)/g)].map(([, name, codes]) => [name, codes.match(/LBST_E_\w+/g)]))
  t.same([...classes.keys()], ['TypeError', 'RangeError', 'Error'])
  for (const [name, , errorName, code] of wrongOptions) t.ok(classes.get(errorName).includes(code), `${name}: ${errorName} ${code}`)
  t.throws(() => planLbSafeTimeouts({ metadata: 'x '.repeat(3e6) }), { name: 'RangeError', code: 'LBST_E_METADATA_TOO_BIG' })
  t.ok(classes.get('RangeError').includes('LBST_E_METADATA_TOO_BIG'))
})

t.test('the example in a message is right where it stands', async (t) => {
  const calls = {
    'option lb': (value) => planLbSafeTimeouts({ lb: value }),
    'option lb[0]': (value) => planLbSafeTimeouts({ lb: [value] }),
    'the options of a plan': (value) => planLbSafeTimeouts(value),
    'the settings of a plan': (value) => planLbSafeTimeouts({}, value),
    'the settings of a model': (value) => createConnectionModel(value),
    'the options of a model': (value) => createConnectionModel({}, value),
    'the options of a reader': (value) => readLbMetadata('http { server { listen 80; } }', value),
    'the options of drain.kubernetes()': (value) => drain.kubernetes(value),
    'the options of a log': (value) => classifyLog('', value)
  }
  for (const [name, call] of Object.entries(calls)) {
    const { message } = t.throws(() => call(null), { code: 'LBST_E_INVALID_TYPE' }, name)
    const [, example] = /must be an object such as (\{.*?\}), got null/.exec(message)
    t.doesNotThrow(() => call(YAML.parse(example)), `${name}: ${example}`)
  }
})

t.test('a server that takes no write is rolled back', async (t) => {
  const frozen = Object.freeze(http.createServer())
  t.throws(() => applyLbSafeTimeouts(frozen), { code: 'LBST_E_WRITE_REFUSED', message: /frozen/ })

  const half = http.createServer()
  Object.defineProperty(half, 'keepAliveTimeout', { value: 5000, writable: false, configurable: true })
  t.throws(() => applyLbSafeTimeouts(half, { lb: 'gcp-external-alb' }), { code: 'LBST_E_WRITE_REFUSED', message: /keepAliveTimeout/ })
  t.same(timerNames.slice(0, 3).map((name) => half[name]), [5000, 60000, 300000], 'what was written before is put back')

  const throwing = http.createServer()
  Object.defineProperty(throwing, 'keepAliveTimeout', { get () { return 5000 }, set () { throw new Error('mine') }, configurable: true })
  t.throws(() => applyLbSafeTimeouts(throwing), { message: 'mine' }, 'the setter\'s own error')
  t.equal(throwing.headersTimeout, 60000, 'and the rest is put back')

  const sealed = Object.preventExtensions(http.createServer())
  t.throws(() => applyLbSafeTimeouts(sealed), { code: 'LBST_E_WRITE_REFUSED', message: /sealed/ })
  t.same(timerNames.slice(0, 3).map((name) => sealed[name]), [5000, 60000, 300000], 'no mark, no change')
})

t.test('hostile options and servers: their own error comes through', async (t) => {
  const server = http.createServer()
  const bomb = new Error('boom')
  t.throws(() => applyLbSafeTimeouts(server, { get lb () { throw bomb } }), bomb)
  t.throws(() => applyLbSafeTimeouts(new Proxy({}, { get () { throw bomb } })), bomb)
  const { proxy, revoke } = Proxy.revocable(server, {})
  revoke()
  t.throws(() => applyLbSafeTimeouts(proxy), TypeError)
  let reads = 0
  applyLbSafeTimeouts(server, { get lb () { return reads++ === 0 ? 'aws-alb' : 'gcp-external-alb' } })
  t.equal(reads, 1, 'an option is read once')
  t.equal(server.keepAliveTimeout, 65000)
})

t.test('findLoadBalancer and nodeTimers', async (t) => {
  t.throws(() => findLoadBalancer('ngnix'), { code: 'LBST_E_UNKNOWN_LB', message: /did you mean 'nginx'/ })
  t.throws(() => findLoadBalancer(), { code: 'LBST_E_INVALID_TYPE' })
  for (const version of ['', 'latest', '9.0.0', '22.x', '\u0000', 'v']) {
    t.throws(() => nodeTimers(version), { name: 'RangeError', code: 'LBST_E_UNKNOWN_NODE' }, JSON.stringify(version))
  }
  t.throws(() => nodeTimers(22), { code: 'LBST_E_INVALID_TYPE', message: /22/ })
  t.throws(() => planLbSafeTimeouts({}, { nodeVersion: 'latest' }), { code: 'LBST_E_UNKNOWN_NODE' })
  t.throws(() => planLbSafeTimeouts({}, { keepAlive: 1 }), { code: 'LBST_E_UNKNOWN_OPTION', message: /keepAliveTimeout/ })
})
