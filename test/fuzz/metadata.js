'use strict'

// A mutation fuzzer over all fixtures, for every reader by name and by content:
//   node test/fuzz/metadata.js [--seconds 20] [--seed 1] [--readers nginx,haproxy]
// Every input follows from the seed and a count, so what it prints can be run again:
//   node test/fuzz/metadata.js --readers nginx --seed 1 --at 12345
// It fails on an error without a code of ours, on an answer of a wrong type, and on an input
// that takes longer than a second.

const fs = require('node:fs')
const path = require('node:path')
const { parseArgs } = require('node:util')
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')
const { parseLbMetadata } = require('../../lib/metadata')
const { names } = require('../../lib/metadata/formats')
const { loadBalancers } = require('../..')
const table = require('../metadata/table')

// the promise: no input takes longer. Both cores may be busy with other work, so that it is
// the CPU time of this thread that counts, where Node can tell it
const hangMs = 1000
// an input without an end: the watcher ends the thread
const stuckMs = 20000
const inputBytesMax = 300000

const folder = path.join(__dirname, '..', 'metadata', 'fixtures')
const roles = new Set(['pool-owner', 'l4', 'not-pooling'])
const fragments = [
  '{', '}', '[', ']', '(', ')', '"', "'", '`', '\\', ';', ':', ',', '#', '\n', '\r\n', '\t', ' ', '=', '<', '>', '</', '$', '${', '*', '&a ', '*a', '!Ref ', '!!binary ', '- ', '? ', '| ', '>-\n', '---\n', '...\n', '\u0000', '\ufeff', '\u2028', 'é', '💥',
  '0', '1', '-1', '0s', '1m30s', '1e309', '9007199254740993', '99999999999999999999', '0x10', '1.5', '.5', 'NaN', 'Infinity', 'infinity', 'null', 'true', 'on', 'off', '60', '500ms', '1y', 'soon', '1 minute',
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'include *;\n', 'import x\n', '# configuration file /x:\n', 'nginx version: nginx/1.29.7\n', 'defaults\n', 'backend x\n', 'listen y\n', 'upstream x {', 'keepalive 1;', '_by_lua_block {', 'ttl=', 'balancer://x', 'proxy.config.', '[[', ']]', '"""', "'''", '{{', '<<: *a\n', 'idle_timeout', 'Attributes'
]
const odd = [null, true, false, 0, -1, 1.5, 1e21, '', '0', '60', '60s', 'x', [], {}, [[]], [null], { Ref: 'x' }, { __proto__: null }, 'constructor', '9'.repeat(400), [1, 2], { seconds: '1', nanos: 5 }, { seconds: {} }]

/** mulberry32: small, and the same everywhere. */
function random (seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296
  }
  return { below: (n) => Math.floor(next() * n), pick: (list) => list[Math.floor(next() * list.length)] }
}

const mutations = [
  (text, r) => text.slice(0, r.below(text.length + 1)),
  (text, r) => cut(text, r, (a, b, c) => a + c),
  (text, r) => cut(text, r, (a, b, c) => a + b + b + c),
  (text, r) => cut(text, r, (a, b, c) => a + b.repeat(1 + r.below(1 << r.below(14))) + c),
  (text, r) => cut(text, r, (a, b, c) => a + r.pick(fragments) + c),
  (text, r) => insert(text, r, r.pick(fragments)),
  (text, r) => insert(text, r, r.pick(fragments).repeat(1 + r.below(1 << r.below(15)))),
  (text, r) => insert(text, r, String.fromCharCode(r.below(r.pick([128, 256, 65536])))),
  (text, r, all) => cut(text, r, (a, b, c) => a + cut(r.pick(all), r, (d, e) => e) + c),
  (text, r) => swapLines(text, r),
  (text, r) => text.replace(/\d+/g, (number) => r.below(4) === 0 ? r.pick(fragments) : number)
]

function cut (text, r, join) {
  const from = r.below(text.length + 1)
  const to = Math.min(text.length, from + r.below(r.pick([2, 10, 80, 1000])))
  return join(text.slice(0, from), text.slice(from, to), text.slice(to))
}

function insert (text, r, piece) {
  const at = r.below(text.length + 1)
  return text.slice(0, at) + piece + text.slice(at)
}

function swapLines (text, r) {
  const lines = text.split('\n')
  const a = r.below(lines.length)
  const b = r.below(lines.length);
  [lines[a], lines[b]] = [lines[b], lines[a]]
  return lines.join('\n')
}

/** One value of a parsed document replaced by an odd one, or moved elsewhere. */
function mutateDocument (value, r) {
  const places = []
  const visit = (at) => {
    if (typeof at !== 'object' || at === null) return
    for (const key of Object.keys(at)) {
      places.push([at, key])
      visit(at[key])
    }
  }
  visit(value)
  for (let i = 1 + r.below(3); i > 0 && places.length > 0; i--) {
    const [at, key] = r.pick(places)
    if (r.below(4) === 0) delete at[key]
    else if (r.below(4) === 0) at[r.pick(fragments)] = at[key]
    else at[key] = r.below(3) === 0 ? structuredClone(r.pick(places).reduce((object, name) => Object(object)[name])) : r.pick(odd)
  }
  return value
}

function makeInput (reader, seed, at, corpus) {
  const r = random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(at, 0x85ebca6b) ^ names.indexOf(reader))
  const { text, document } = r.pick(corpus.own)
  if (document !== undefined && r.below(2) === 0) {
    const mutated = mutateDocument(structuredClone(document), r)
    return { input: r.below(2) === 0 ? mutated : JSON.stringify(mutated), format: r.below(3) === 0 ? reader : undefined }
  }
  let mutated = text
  for (let i = 1 + r.below(4); i > 0; i--) mutated = r.pick(mutations)(mutated, r, corpus.all).slice(0, inputBytesMax)
  return { input: r.below(8) === 0 ? Buffer.from(mutated, r.pick(['utf8', 'latin1'])) : mutated, format: r.below(3) > 0 ? reader : undefined }
}

/** What is wrong with an answer, or null. */
function findFault (hops, ids) {
  if (!Array.isArray(hops)) return 'no array'
  for (const hop of hops) {
    const { id, name, role, idleTimeoutMs, unbounded, drainMs, where, why, ...rest } = hop
    if (Object.keys(rest).length > 0) return `unknown fields ${Object.keys(rest)}`
    if (id !== null && !ids.has(id)) return `id ${id}`
    if (!roles.has(role)) return `role ${role}`
    if (typeof name !== 'string' || typeof where !== 'string' || typeof why !== 'string' || why === '') return 'a text is none'
    if (idleTimeoutMs !== null && !(Number.isSafeInteger(idleTimeoutMs) && (idleTimeoutMs > 0 || role === 'l4'))) return `idleTimeoutMs ${idleTimeoutMs}`
    if (drainMs !== null && !(Number.isSafeInteger(drainMs) && drainMs >= 0)) return `drainMs ${drainMs}`
    if (typeof unbounded !== 'boolean' || (unbounded && (idleTimeoutMs !== null || role !== 'pool-owner'))) return 'unbounded'
    if (role === 'not-pooling' && idleTimeoutMs !== null) return 'an idle timeout without a pool'
  }
  return null
}

function cpuMs () {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage()
  return (user + system) / 1000
}

/** Runs one input: 'hops', 'none', or the code of the error; throws what is a finding. */
function runOne ({ input, format }, ids) {
  const from = cpuMs()
  let outcome
  try {
    const { hops } = parseLbMetadata(input, { format })
    const fault = findFault(hops, ids)
    if (fault !== null) throw new Error(`a wrong answer: ${fault}`)
    outcome = hops.length > 0 ? 'hops' : 'none'
  } catch (error) {
    if (typeof error.code !== 'string' || !error.code.startsWith('LBST_E_')) throw error
    outcome = error.code
  }
  const tookMs = cpuMs() - from
  if (tookMs > hangMs) throw new Error(`it took ${tookMs.toFixed(0)} ms`)
  return { outcome, tookMs }
}

function loadCorpus (reader) {
  const read = (file) => fs.readFileSync(path.join(folder, file), 'utf8')
  const own = table.filter(({ format }) => format === reader).map(({ file }) => {
    const text = read(file)
    return { text, document: file.endsWith('.json') ? JSON.parse(text) : undefined }
  })
  return { own, all: table.map(({ file }) => read(file)) }
}

function work ({ reader, seed, seconds, at: only, shared }) {
  const corpus = loadCorpus(reader)
  const ids = new Set(loadBalancers().map(({ id }) => id))
  const counts = {}
  let slowestMs = 0
  let slowestAt = 0
  const until = Date.now() + seconds * 1000
  for (let at = only ?? 0; only === undefined ? Date.now() < until : at === only; at++) {
    shared[0] = at
    const made = makeInput(reader, seed, at, corpus)
    try {
      const { outcome, tookMs } = runOne(made, ids)
      counts[outcome] = (counts[outcome] ?? 0) + 1
      if (tookMs > slowestMs) [slowestMs, slowestAt] = [tookMs, at]
    } catch (error) {
      return { fault: error.stack, at, input: Buffer.isBuffer(made.input) || typeof made.input === 'string' ? made.input.toString().slice(0, 2000) : JSON.stringify(made.input).slice(0, 2000) }
    }
  }
  return { counts, slowestMs, slowestAt }
}

/** The thread that works on one reader, and its end when an input has none. */
function runReader (options) {
  const shared = new Uint32Array(new SharedArrayBuffer(4))
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: { ...options, shared } })
    let last = -1
    const watcher = setInterval(() => {
      if (shared[0] === last && options.at === undefined) {
        worker.terminate()
        resolve({ fault: `an input without an end (${stuckMs} ms)`, at: last })
      }
      last = shared[0]
    }, stuckMs)
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => clearInterval(watcher))
  })
}

async function main () {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' }, readers: { type: 'string' }, at: { type: 'string' } } })
  const seed = Number(values.seed)
  let total = 0
  let faults = 0
  for (const reader of values.readers?.split(',') ?? names) {
    const result = await runReader({ reader, seed, seconds: Number(values.seconds), at: values.at === undefined ? undefined : Number(values.at) })
    if (result.fault !== undefined) {
      faults++
      console.log(`${reader}: FAULT with --readers ${reader} --seed ${seed} --at ${result.at}\n${result.fault}\n${result.input ?? ''}`)
      continue
    }
    const count = Object.values(result.counts).reduce((sum, one) => sum + one, 0)
    total += count
    console.log(`${reader.padEnd(15)} ${String(count).padStart(8)} inputs, slowest ${result.slowestMs.toFixed(0)} ms (--at ${result.slowestAt}): ${Object.entries(result.counts).sort().map(([name, one]) => `${name} ${one}`).join(', ')}`)
  }
  console.log(`${total} inputs, ${faults} faults`)
  process.exitCode = faults > 0 || total === 0 ? 1 : 0
}

if (isMainThread) main()
else parentPort.postMessage(work(workerData))
