'use strict'

// Files to tasks to lanes to one sum. A lane per core at most; a big plain file is cut into
// pieces, so that one file keeps all of them busy.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { createError, inspect } = require('../errors')
const { Lane } = require('./lane')
const { findBursts } = require('./races')
const { hasLines, probe } = require('./read')
const { Sum, badEntry, evidenceMax, isoTime } = require('./verdicts')

// A shorter file is one piece. A piece costs some milliseconds of its own (its tables).
const cutLength = 32 * 1024 * 1024
const pieceLength = 512 * 1024 * 1024

/** As many as libuv has threads to read with, and no more than there are cores. */
function defaultThreads () {
  const cores = os.availableParallelism?.() ?? os.cpus().length
  const poolSize = Number(process.env.UV_THREADPOOL_SIZE) || 4
  return Math.max(1, Math.min(cores, poolSize))
}

/** All files below the given files and folders, in order; '-' is stdin. */
function * walk (paths, failures, asked = true, above = []) {
  for (const name of paths) {
    let entries = null
    let folder = null
    try {
      const stat = name === '-' ? null : fs.statSync(name)
      if (stat?.isDirectory()) {
        folder = fs.realpathSync(name)
        if (above.includes(folder)) throw new Error('a link back to a folder that it lies in')
        entries = fs.readdirSync(name).sort()
      } else if (!asked && !stat.isFile()) {
        // to open a pipe may take forever
        throw new Error('neither a file nor a folder')
      }
    } catch (error) {
      // what was asked for must be there; a dead link below it stops nothing
      if (asked) throw error
      failures.push({ file: name, message: error.message, code: error.code })
      continue
    }
    if (entries === null) yield name
    else yield * walk(entries.map((entry) => path.join(name, entry)), failures, false, [...above, folder])
  }
}

/** As many for each lane, so that they end together. */
function pieceCount (length, threads) {
  return length <= cutLength ? 1 : Math.ceil(length / pieceLength / threads) * threads
}

function * tasksOf (paths, cut, threads, failures) {
  let fileIndex = 0
  for (const file of walk(paths, failures)) {
    const index = fileIndex++
    if (file === '-') {
      yield { file, fileIndex: index, packing: null, from: 0, to: Infinity }
      continue
    }
    let found
    let pieces = 1
    try {
      found = probe(file)
      if (cut && found.packing === 'plain') pieces = pieceCount(found.length, threads)
      if (pieces > 1 && !hasLines(file)) pieces = 1
    } catch (error) {
      failures.push({ file, message: error.message, code: error.code })
      continue
    }
    const startOf = (piece) => Math.floor(found.length / pieces * piece)
    for (let i = 0; i < pieces; i++) {
      // the last one takes what is written meanwhile, too
      yield { file, fileIndex: index, packing: found.packing, from: startOf(i), to: i + 1 === pieces ? Infinity : startOf(i + 1) }
    }
  }
}

function shownEntry (file, { line, verdict, time, method, status, target, why, text }) {
  return { file, line, verdict, time: isoTime(time), method, status, target, why, text }
}

/** Runs every task; calls onTask(task, entries, outcome) in the order of the tasks. */
async function runTasks (tasks, options, threads, onTask) {
  const lanes = Array.from({ length: threads }, () => new Lane(options))
  const waiting = [] // in order: { task, entries, outcome }
  const follow = async (lane) => {
    // all lanes take from the same tasks
    for (const task of tasks) {
      const slot = { task, entries: [], outcome: null }
      waiting.push(slot)
      slot.outcome = await lane.run(task, (entries) => {
        for (const entry of entries) slot.entries.push(entry)
        // the first in line may pass on at once
        if (slot === waiting[0]) onTask(task, slot.entries.splice(0), null)
      })
      while (waiting.length > 0 && waiting[0].outcome !== null) {
        const { task, entries, outcome } = waiting.shift()
        onTask(task, entries, outcome)
      }
    }
  }
  try {
    await Promise.all(lanes.map(follow))
  } finally {
    tasks.return()
    for (const lane of lanes) lane.close()
  }
}

/** As classifyLogFiles(), with its options read. */
async function readFiles (paths, { threads = defaultThreads(), onEntries, minutes = true, ...options }) {
  if (!Array.isArray(paths)) throw createError('LBST_E_INVALID_TYPE', `expected an array of file names, got ${inspect(paths)}`)
  // not some(), which passes over holes, one by one
  for (const name of paths) {
    if (typeof name !== 'string') throw createError('LBST_E_INVALID_TYPE', `expected an array of file names, got one with ${inspect(name)} in it`)
  }
  const sum = new Sum({ minutes })
  const failures = []
  const evidence = {}
  const badLines = []
  let linesBefore = 0
  let lastFile = null
  const files = new Set()
  const onTask = (task, entries, outcome) => {
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
    if (outcome?.failure) failures.push({ file: task.file, ...outcome.failure })
    if (!outcome?.result) return
    sum.add(outcome.result)
    linesBefore += outcome.result.seen
  }
  const scan = { ...options, entries: onEntries ? 'all' : 'evidence', evidence: evidenceMax }
  // a wrong format or logFormat is the caller's error, and not one of every file
  new (require('./scanner').LogScanner)(scan).check()
  // all entries in their order: one file after the other, so that none has to wait in memory
  const cut = onEntries === undefined
  const lanes = cut ? Math.max(1, threads) : 1
  await runTasks(tasksOf(paths, cut, lanes, failures), scan, lanes, onTask)
  delete evidence.ok
  const report = { ...sum.report(), files: files.size, failures, evidence, badLines }
  return { ...report, races: findBursts(report) }
}

module.exports = { readFiles }
