'use strict'

// Files to tasks to threads to one sum. A thread per core at most; a big plain file is cut
// into pieces, so that one file keeps all of them busy.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { Worker } = require('node:worker_threads')
const { createError, inspect } = require('../errors')
const { probe } = require('./read')
const { Sum, badEntry, evidenceMax, isoTime } = require('./verdicts')

// A piece that is worth a thread of its own.
const pieceLength = 64 * 1024 * 1024

/** All files below the given files and folders, in order; '-' is stdin. */
function * walk (paths, failures, asked = true) {
  for (const name of paths) {
    let entries = null
    try {
      if (name !== '-' && fs.statSync(name).isDirectory()) entries = fs.readdirSync(name).sort()
    } catch (error) {
      // what was asked for must be there; a dead link below it stops nothing
      if (asked) throw error
      failures.push({ file: name, message: error.message, code: error.code })
      continue
    }
    if (entries === null) yield name
    else yield * walk(entries.map((entry) => path.join(name, entry)), failures, false)
  }
}

function * tasksOf (paths, cut, failures) {
  let fileIndex = 0
  for (const file of walk(paths, failures)) {
    const index = fileIndex++
    if (file === '-') {
      yield { file, fileIndex: index, packing: null }
      continue
    }
    let found
    try {
      found = probe(file)
    } catch (error) {
      failures.push({ file, message: error.message, code: error.code })
      continue
    }
    if (!cut || found.packing !== 'plain' || found.length <= 2 * pieceLength) {
      yield { file, fileIndex: index, packing: found.packing }
      continue
    }
    for (let from = 0; from < found.length; from += pieceLength) {
      yield { file, fileIndex: index, packing: 'plain', from, to: from + pieceLength >= found.length ? Infinity : from + pieceLength }
    }
  }
}

function shownEntry (file, { line, verdict, time, method, status, target, why, text }) {
  return { file, line, verdict, time: isoTime(time), method, status, target, why, text }
}

/** The file of a worker's code. A bundler does not see it, and it is not beside a bundle. */
function findWorker () {
  const file = typeof __dirname === 'string' ? path.join(__dirname, 'worker.js') : 'worker.js'
  if (path.isAbsolute(file) && fs.existsSync(file)) return file
  throw createError('LBST_E_UNSUPPORTED',
    'log files are read in worker threads, whose code is not in this bundle; let the bundler leave lb-safe-timeouts external, or pass the text to classifyLog()')
}

/** Runs every task; calls onTask(task, entries, result, failure) in the order of the tasks. */
async function runTasks (tasks, options, threads, onTask) {
  const file = findWorker()
  const waiting = [] // in order: { task, entries, done, result }
  const workers = new Set()
  let nextId = 0
  await new Promise((resolve, reject) => {
    const fail = (error) => {
      for (const worker of workers) worker.terminate()
      reject(error)
    }
    const byId = new Map()
    const drain = () => {
      while (waiting.length > 0 && waiting[0].done) {
        const { task, entries, result, failure } = waiting.shift()
        onTask(task, entries, result, failure)
      }
    }
    const feed = (worker) => {
      const { value: task, done } = tasks.next()
      if (done) {
        workers.delete(worker)
        if (worker !== null) worker.terminate()
        if (workers.size === 0) resolve()
        return false
      }
      if (worker === null) worker = start()
      const id = nextId++
      const slot = { task, entries: [], done: false }
      byId.set(id, slot)
      waiting.push(slot)
      worker.postMessage({ ...task, id })
      return true
    }
    const start = () => {
      const pending = new Int32Array(new SharedArrayBuffer(4))
      const worker = new Worker(file, { workerData: { options, pending } })
      workers.add(worker)
      worker.on('error', fail)
      worker.on('message', ({ id, entries, done, result, failure }) => {
        const slot = byId.get(id)
        if (entries !== undefined) {
          Atomics.sub(pending, 0, 1)
          Atomics.notify(pending, 0)
          for (const entry of entries) slot.entries.push(entry)
          // the first in line may pass on at once
          if (slot === waiting[0]) onTask(slot.task, slot.entries.splice(0), null)
          return
        }
        if (!done) return
        byId.delete(id)
        Object.assign(slot, { done, result, failure })
        try {
          drain()
          feed(worker)
        } catch (error) {
          fail(error)
        }
      })
      return worker
    }
    try {
      for (let i = 0; i < threads; i++) if (!feed(null)) break
    } catch (error) {
      fail(error)
    }
  })
}

/** As classifyLogFiles(), with its options read. */
async function readFiles (paths, { threads = os.availableParallelism?.() ?? os.cpus().length, onEntries, ...options }) {
  if (!Array.isArray(paths) || paths.some((name) => typeof name !== 'string')) {
    throw createError('LBST_E_INVALID_TYPE', `expected an array of file names, got ${inspect(paths)}`)
  }
  const sum = new Sum()
  const failures = []
  const evidence = {}
  const badLines = []
  let linesBefore = 0
  let lastFile = null
  const files = new Set()
  const onTask = (task, entries, result, failure) => {
    if (task.fileIndex !== lastFile) linesBefore = 0
    lastFile = task.fileIndex
    files.add(task.fileIndex)
    const shown = entries.map((entry) => ({ ...entry, line: entry.line + linesBefore }))
    for (const entry of shown) {
      if (entry.verdict === null) {
        if (badLines.length < evidenceMax) badLines.push({ file: task.file, ...badEntry(entry) })
        continue
      }
      const kept = evidence[entry.verdict] ??= []
      if (entry.verdict !== 'ok' && kept.length < evidenceMax) kept.push(shownEntry(task.file, entry))
    }
    if (onEntries) onEntries(shown.filter(({ verdict }) => verdict !== null).map((entry) => shownEntry(task.file, entry)))
    if (failure) failures.push({ file: task.file, ...failure })
    if (!result) return
    sum.add(result)
    linesBefore += result.seen
  }
  const scan = { ...options, entries: onEntries ? 'all' : 'evidence', evidence: evidenceMax }
  // a wrong format or logFormat is the caller's error, and not one of every file
  new (require('./scanner').LogScanner)(scan).check()
  // all entries in their order: one file after the other, so that none has to wait in memory
  const cut = onEntries === undefined
  await runTasks(tasksOf(paths, cut, failures), scan, cut ? Math.max(1, threads) : 1, onTask)
  delete evidence.ok
  const report = { ...sum.report(), files: files.size, failures, evidence, badLines }
  return { ...report, races: require('./races').findBursts(report) }
}

module.exports = { readFiles }
