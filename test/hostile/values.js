'use strict'

// Values that nobody in his right mind passes, made afresh each time: [name, make(random)].

const http = require('node:http')
const net = require('node:net')
const vm = require('node:vm')
const lbst = require('../..')

/** What the caller's own code throws: it must come out as it is. */
class UserError extends Error {}

function raise () {
  throw new UserError('the caller\'s own')
}

const trapNames = ['apply', 'construct', 'defineProperty', 'deleteProperty', 'get', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'has', 'isExtensible', 'ownKeys', 'preventExtensions', 'set', 'setPrototypeOf']

/** A proxy of `target` that calls `before(trap)` first, whatever is asked of it. */
function spy (target, before) {
  const handler = Object.fromEntries(trapNames.map((name) => [name, (...args) => {
    before(name, args[1])
    return Reflect[name](...args)
  }]))
  return new Proxy(target, handler)
}

function revoked (target = {}) {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

function detached (Type = Uint8Array) {
  const view = new Type(16)
  structuredClone(view.buffer, { transfer: [view.buffer] })
  return view
}

/** A view that follows its buffer, which has become shorter than the view's beginning. */
function shrunk () {
  const buffer = new ArrayBuffer(64, { maxByteLength: 128 })
  const view = new Uint8Array(buffer, 32)
  buffer.resize?.(8)
  return view
}

function nested (depth, make = (inner) => ({ lb: inner })) {
  let value = 'aws-alb'
  for (let i = 0; i < depth; i++) value = make(value)
  return value
}

function cycle () {
  const value = { lb: null, metadata: [] }
  value.lb = value
  value.metadata.push(value)
  return value
}

/** A number that is another one each time it is asked. */
function changing () {
  let count = 0
  return { valueOf: () => count++, toString: () => String(count++), [Symbol.toPrimitive]: () => count++ }
}

function native (name) {
  const loaded = require('../../lib/binding').native()
  return name === 'model' ? loaded.connCreate({}, '22.19.0', 0, Infinity) : loaded.logOpen({ format: 'alb', record: false, logFormat: '', entries: 'all', evidence: 1, sinceMs: null, untilMs: null })
}

const plain = [undefined, null, true, false, 0, -0, 1, -1, 1.5, NaN, Infinity, -Infinity, 999, 1000, 60000, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, 5e-324, '', ' ', 'x', 'aws-alb', 'haproxy', 'auto', 'nginx-access', '60s', '60000', '22.19.0', 'open', 'stall', 'warn', 'outlast', '__proto__', 'constructor', 'toString', 'a\0b', '\ud800', '💥', '-', '../../etc/passwd', 'SIGUSR2', 0n, 1n, -1n, 10n ** 60n]

const makers = [
  ...plain.map((value) => [typeof value === 'bigint' ? `${value}n` : typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value), () => value]),
  ['a long string', () => 'x'.repeat(2000000)],
  ['a long string of names', () => 'aws-alb,'.repeat(100000)],
  ['a string of brackets', () => '[{('.repeat(100000)],
  ['a symbol', () => Symbol('own')],
  ['a known symbol', () => Symbol.iterator],
  ['an object', () => ({})],
  ['an object without prototype', () => Object.create(null)],
  ['an object with a prototype of its own', () => Object.create({ lb: 'aws-alb', keepAliveTimeout: 1 })],
  ['own __proto__', () => JSON.parse('{"__proto__":{"lb":"aws-alb","polluted":1},"constructor":{"prototype":{"polluted":1}}}')],
  ['an empty array', () => []],
  ['an array with holes', () => [, 'aws-alb', , {}]], // eslint-disable-line no-sparse-arrays
  ['a huge sparse array', () => new Array(4294967295)],
  ['an array-like', () => ({ length: 4294967295, 0: 'aws-alb' })],
  ['an array-like that lies', () => ({ get length () { return raise() } })],
  ['an array whose elements throw', () => Object.defineProperty([1, 2], 0, { get: raise })],
  ['an array with a throwing iterator', () => Object.assign(['aws-alb'], { [Symbol.iterator]: raise })],
  ['many hops', () => new Array(20000).fill('aws-alb')],
  ['deep objects', () => nested(20000)],
  ['deep arrays', () => nested(20000, (inner) => [inner])],
  ['a cycle', cycle],
  ['a function', () => function own () {}],
  ['a throwing function', () => raise],
  ['a class', () => class Own {}],
  ['an async function', () => async () => {}],
  ['a generator', () => (function * () { yield 1 })()],
  ['throwing getters', () => Object.defineProperties({}, Object.fromEntries(['lb', 'id', 'length', 'format', 'on', 'listen', 'keepAliveTimeout', 'idleTimeoutMs', 'then', 'toString', 'code', 'message'].map((name) => [name, { get: raise, enumerable: true }])))],
  ['throwing valueOf', () => ({ valueOf: raise, toString: raise, toJSON: raise, [Symbol.toPrimitive]: raise })],
  ['a value that changes', changing],
  ['a proxy whose traps throw', () => spy({}, raise)],
  ['a proxy of an array whose traps throw', () => spy([], raise)],
  ['a proxy of a function whose traps throw', () => spy(() => {}, raise)],
  ['a revoked proxy', () => revoked()],
  ['a revoked array', () => revoked([])],
  ['a revoked function', () => revoked(() => {})],
  ['a proxy that has everything', () => new Proxy({}, { get: (target, name) => typeof name === 'symbol' ? undefined : 60000, has: () => true, ownKeys: () => ['lb', 'idleTimeoutMs'], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) })],
  ['a proxy without an end', () => { const proxy = new Proxy({}, { get: (target, name) => typeof name === 'symbol' ? undefined : proxy }); return proxy }],
  ['an invalid date', () => new Date(NaN)],
  ['a date', () => new Date(1768381200000)],
  ['a regular expression', () => /x/],
  ['a map', () => new Map([['lb', 'aws-alb']])],
  ['a weak map', () => new WeakMap()],
  ['a promise', () => Promise.resolve('aws-alb')],
  ['a thenable', () => ({ then: raise })],
  ['an error', () => new Error('own')],
  ['boxed', () => Object('aws-alb')],
  ['a boxed number', () => Object(60000)],
  ['a buffer', () => Buffer.from('10.0.0.1 - - [14/Jan/2026:09:00:00 +0000] "GET /a HTTP/1.1" 502 5 "-" "curl"\n')],
  ['an empty buffer', () => Buffer.alloc(0)],
  ['zeros', () => Buffer.alloc(300000)],
  ['random bytes', (random) => Buffer.from(Array.from({ length: random.below(4000) }, () => random.below(256)))],
  ['an array buffer', () => new ArrayBuffer(8)],
  ['shared memory', () => new SharedArrayBuffer(64)],
  ['a view of shared memory', () => new Uint8Array(new SharedArrayBuffer(64)).fill(65)],
  ['a detached view', () => detached()],
  ['a detached buffer', () => { const view = detached(); return Object.setPrototypeOf(view, Buffer.prototype) }],
  ['detached numbers', () => detached(Float64Array)],
  ['a shrunk view', shrunk],
  ['numbers', () => Float64Array.of(1, 2, 3, NaN, -1, Infinity)],
  ['a DataView', () => new DataView(new ArrayBuffer(8), 4)],
  ['big numbers', () => new BigInt64Array(3)],
  ['odd bytes', () => new Uint8Array(Buffer.from('xxGET'), 1)],
  ['the global object', () => globalThis],
  ['a namespace', () => Reflect],
  ['arguments', () => (function () { return arguments })(1, 'aws-alb')],
  ['an object of another context', () => vm.runInNewContext('({ lb: "aws-alb" })')],
  ['an array of another context', () => vm.runInNewContext('["aws-alb", { idleTimeoutMs: 30000 }]')],
  ['a model of the native module', () => native('model')],
  ['a log of the native module', () => native('log')],
  ['what inherits from a model', () => Object.create(native('model'))],
  ['a proxy of a model', () => new Proxy(native('model'), {})],
  ['a model', () => lbst.createConnectionModel()],
  ['a server', () => http.createServer()],
  ['a frozen server', () => Object.freeze(http.createServer())],
  ['a sealed server', () => Object.seal(http.createServer())],
  ['a server that was applied', () => { const server = http.createServer(); lbst.applyLbSafeTimeouts(server, { lb: 'aws-alb' }); return server }],
  ['the prototype of servers', () => Object.create(http.Server.prototype)],
  ['a proxy of a server', () => new Proxy(http.createServer(), {})],
  ['a proxy of a server whose traps throw', () => spy(http.createServer(), raise)],
  ['a server whose timeouts throw', () => Object.defineProperty(http.createServer(), 'headersTimeout', { get: raise, set: raise })],
  ['a net server', () => net.createServer()]
]

// words of the package's own interface, so that a random object is not always refused at once
const keys = ['lb', 'id', 'idleTimeoutMs', 'drainMs', 'metadata', 'marginMs', 'headersTimeout', 'onUnsafeWrite', 'unbounded', 'lastLook', 'evidence', 'keepAliveTimeout', 'requestTimeout', 'timeout', 'nodeVersion', 'format', 'file', 'logFormat', 'entries', 'since', 'until', 'windowMs', 'deadlineMs', 'signal', 'hops', 'source', 'platform', 'role', 'name', 'closesMs', 'answered', 'open', 'openMs', 'notKept', 'failed', 'passedMs', 'from', 'to', 'signals', 'onDrained', 'listenAtMs', 'uptimeMs', 'length', 'record', 'sinceMs', 'untilMs', 'hop', 'toldMs', 'keeps', '__proto__', 'constructor']

/** One of them, or an object or array of some, with a getter that throws here and there. */
function makeValue (random, depth = 0) {
  if (depth > 2 || random.below(3) > 0) {
    const [name, make] = random.pick(makers)
    return { name, value: make(random) }
  }
  if (random.below(4) === 0) {
    const items = Array.from({ length: random.below(4) }, () => makeValue(random, depth + 1))
    return { name: `[${items.map(({ name }) => name).join(', ')}]`, value: items.map(({ value }) => value) }
  }
  const value = random.below(5) === 0 ? Object.create(null) : {}
  const names = []
  for (let i = random.below(5); i >= 0; i--) {
    const key = random.pick(keys)
    const made = makeValue(random, depth + 1)
    const descriptor = random.below(20) === 0 ? { get: raise } : { value: made.value, writable: true }
    Object.defineProperty(value, key, { ...descriptor, enumerable: true, configurable: true })
    names.push(`${key}: ${'get' in descriptor ? 'throws' : made.name}`)
  }
  return { name: `{ ${names.join(', ')} }`, value }
}

module.exports = { UserError, makeValue, makers, raise, spy }
