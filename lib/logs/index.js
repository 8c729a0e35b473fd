'use strict'

// Access logs of load balancers, and what became of each request in them.

const { Transform } = require('node:stream')
const { createError, inspect } = require('../errors')
const { checkChoice, pick } = require('../options')
const { formats } = require('./formats')
const { LogScanner } = require('./scanner')
const { Sum, badEntry, isoTime, publicEntry } = require('./verdicts')

const streamOptions = ['format', 'logFormat', 'since', 'until']
const knownOptions = [...streamOptions, 'entries']

// Each takes memory of its own; disks and cores have long been busy by then.
const threadsMax = 64

// Bad lines are shown, not collected: a file of junk must not fill the memory.
const badLinesMax = 20

// Node's own parser takes '1' for a day in 2001, and a time without a zone for one of this machine's.
const isoPattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:Z|([+-]\d\d):?(\d\d))?)?$/

/** ISO 8601 to ms since 1970; what names no zone is UTC, as it is in the logs. NaN: it is none. */
function parseTime (text) {
  const [, date, time = '00:00', zoneHours = '+00', zoneMinutes = '00'] = isoPattern.exec(text) ?? []
  const midnight = Date.parse(`${date}T00:00Z`)
  // nor is there a 30th of February
  return !Number.isNaN(midnight) && isoTime(midnight).startsWith(date) ? Date.parse(`${date}T${time}${zoneHours}:${zoneMinutes}`) : NaN
}

function readMoment (name, value) {
  if (value === undefined || value === null) return null
  // nothing else: making a string of an object runs code of its own
  const ms = value instanceof Date ? value.getTime() : typeof value === 'number' ? value : typeof value === 'string' ? parseTime(value) : NaN
  if (!Number.isSafeInteger(ms)) throw createError('LBST_E_INVALID_TYPE', `${name} must be a time such as '2026-01-14T09:00:00Z' (ISO 8601), got ${inspect(value)}`)
  return ms
}

function readOptions (options, known = knownOptions) {
  const { since, until, ...rest } = pick(options, known, 'the options', "{ format: 'alb' }")
  if (rest.entries !== undefined) checkChoice('entries', rest.entries, [true, false])
  const [sinceMs, untilMs] = [readMoment('since', since), readMoment('until', until)]
  if (sinceMs !== null && untilMs !== null && sinceMs >= untilMs) throw createError('LBST_E_CONFLICT', `since (${isoTime(sinceMs)}) is not before until (${isoTime(untilMs)})`)
  return { ...rest, sinceMs, untilMs }
}

function checkFilesOptions ({ threads, onEntries, minutes }) {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= threadsMax)) {
    const code = typeof threads === 'number' ? 'LBST_E_OUT_OF_RANGE' : 'LBST_E_INVALID_TYPE'
    throw createError(code, `threads must be a whole number from 1 to ${threadsMax}, got ${inspect(threads)}`)
  }
  if (onEntries !== undefined && typeof onEntries !== 'function') throw createError('LBST_E_INVALID_TYPE', `onEntries must be a function, got ${inspect(onEntries)}`)
  if (minutes !== undefined) checkChoice('minutes', minutes, [true, false])
}

/** The bytes of a string or of a view. Of a detached one not even Buffer.from() may be asked. */
function toBuffer (log) {
  if (typeof log === 'string') return Buffer.from(log)
  return log.byteLength === 0 ? Buffer.alloc(0) : Buffer.from(log.buffer, log.byteOffset, log.byteLength)
}

/**
 * The verdicts of one log that lies in memory: `{ format, lines, bad, counts, badLines }`,
 * and with `entries: true` one entry per line.
 */
function classifyLog (log, options = {}) {
  const { entries: wanted = false, ...read } = readOptions(options)
  // not instanceof: bytes of another context (vm) are bytes
  if (typeof log !== 'string' && !ArrayBuffer.isView(log)) {
    throw createError('LBST_E_INVALID_TYPE', `a log is a string or a Buffer, got ${inspect(log)}; files are read by classifyLogFiles()`)
  }
  const scanner = new LogScanner({ ...read, entries: wanted ? 'all' : 'evidence', evidence: badLinesMax })
  const data = toBuffer(log)
  const found = scanner.push(data)
  const { entries, result } = scanner.end()
  const sum = new Sum()
  if (result !== null) sum.add(result)
  const all = entries.length === 0 ? found : [...found, ...entries]
  const verdicts = sum.verdicts()
  if (wanted) verdicts.entries = all.filter(({ verdict }) => verdict !== null).map(publicEntry)
  verdicts.badLines = all.filter(({ verdict }) => verdict === null).slice(0, badLinesMax).map(badEntry)
  return verdicts
}

/** A Transform: bytes of one log in, an entry per line out; `verdicts` at its end. */
class LogClassifier extends Transform {
  constructor (options = {}) {
    super({ readableObjectMode: true })
    this.scanner = new LogScanner({ ...readOptions(options, streamOptions), entries: 'all' })
    this.badLines = []
    /** As classifyLog() gives it; null until the end. */
    this.verdicts = null
  }

  pass (entries) {
    for (const entry of entries) {
      if (entry.verdict !== null) this.push(publicEntry(entry))
      else if (this.badLines.length < badLinesMax) this.badLines.push(badEntry(entry))
    }
  }

  _transform (chunk, encoding, done) {
    try {
      this.pass(this.scanner.push(chunk))
      done()
    } catch (error) {
      done(error)
    }
  }

  _flush (done) {
    try {
      const { entries, result } = this.scanner.end()
      this.pass(entries)
      const sum = new Sum()
      if (result !== null) sum.add(result)
      this.verdicts = { ...sum.verdicts(), badLines: this.badLines }
      done()
    } catch (error) {
      done(error)
    }
  }

  _destroy (error, done) {
    this.scanner.close()
    done(error)
  }
}

/** A LogClassifier of one log; options as of classifyLog(). */
function createLogClassifier (options) {
  return new LogClassifier(options)
}

/** The verdicts of files, folders and '-' (stdin), read in worker threads, as one report. */
async function classifyLogFiles (paths, options = {}) {
  const read = readOptions(options, [...streamOptions, 'threads', 'onEntries', 'minutes'])
  checkFilesOptions(read)
  return require('./pool').readFiles(paths, read)
}

module.exports = { classifyLog, classifyLogFiles, createLogClassifier, logFormats: formats }
