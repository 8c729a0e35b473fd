'use strict'

// One pass over one log: chunks in, entries out, the counts at the end. The native scanner
// sees whole blocks, so that the border to C is crossed once per block and not per line.

const { native } = require('../binding')
const { createError, inspect } = require('../errors')
const { checkFormat, detectFormat, headLength, readLogFormat } = require('./formats')
const { readJson } = require('./json')
const { JsonSplitter } = require('./splitter')

const newline = 0x0a

// Entries in JSON are parsed in such steps: what a step leaves is garbage before the next one.
const stepLength = 64 * 1024

// LBST_LAYOUT_COLUMNS_MAX, LOG_FORMAT_MAX, LBST_LAYOUT_TEXT_MAX; a test holds them together.
const logFormatLimits = '96 variables and 8192 bytes, 2048 of them outside the variables'

class LogScanner {
  /**
   * @param options format, logFormat, entries ('none' | 'evidence' | 'all'), evidence (lines
   * per verdict), sinceMs, untilMs
   */
  constructor ({ format = 'auto', logFormat, entries = 'none', evidence = 0, sinceMs = null, untilMs = null } = {}) {
    this.options = { logFormat: readLogFormat(logFormat), entries, evidence, sinceMs, untilMs }
    // a log_format is nginx's
    this.named = logFormat === undefined || format !== 'auto' ? checkFormat(format) : 'nginx-access'
    this.format = null
    this.handle = null
    this.tail = null
    this.splitter = null
    this.recordLines = 0
  }

  open (head) {
    const found = detectFormat(head, this.named)
    if (found === null) {
      if (head.includes(0)) throw createError('LBST_E_LOG_FORMAT', 'this is no text')
      throw createError('LBST_E_LOG_FORMAT', `no known log format fits; the first line is '${head.toString('utf8', 0, 200).split('\n')[0]}'`)
    }
    this.format = found.format
    this.json = found.json
    this.openNative(found)
  }

  openNative ({ format, json }) {
    try {
      this.handle = native().logOpen({ ...this.options, format, record: json })
    } catch (error) {
      if (error.code !== 'LBST_E_LOG_FORMAT' || this.options.logFormat === '') throw error
      throw createError('LBST_E_LOG_FORMAT', `no line can be read by the log_format ${inspect(this.options.logFormat)}: it needs $status, something between any two variables, and at most ${logFormatLimits}`)
    }
  }

  /** Reads a chunk of any length; returns the entries of the lines that are complete. */
  push (chunk, last = false) {
    let rest = chunk
    const entries = []
    if (this.tail !== null) {
      // only the line that two chunks share is copied, once the format is known
      const end = this.handle === null ? rest.length : rest.indexOf(newline) + 1 || rest.length
      const joined = Buffer.concat([this.tail, rest.subarray(0, end)])
      rest = rest.subarray(end)
      this.tail = null
      this.pushBlock(joined, last && rest.length === 0, entries)
    }
    if (rest.length > 0 || last) this.pushBlock(rest, last, entries)
    return entries
  }

  pushBlock (block, last, all) {
    if (this.handle === null) {
      if (block.length < headLength && !last) {
        this.tail = Buffer.from(block)
        return
      }
      if (block.length === 0) return
      this.open(block.subarray(0, headLength))
    }
    const { consumed, entries } = this.scan(block, last)
    for (const entry of entries) all.push(entry)
    // a copy: the caller may use its buffer again
    if (consumed < block.length) this.tail = Buffer.from(block.subarray(consumed))
  }

  /** As push(), for a caller that keeps the rest itself: { consumed, entries }. */
  scan (block, last) {
    if (this.handle === null) this.open(block.subarray(0, headLength))
    if (this.json) return this.scanJson(block, last)
    const all = []
    let consumed = 0
    for (;;) {
      const step = native().logScan(this.handle, consumed === 0 ? block : block.subarray(consumed), last)
      consumed += step.consumed
      for (const entry of step.entries) all.push(entry)
      // it stops early only when it has no room for more entries
      if (step.entries.length === 0 || consumed === block.length) return { consumed, entries: all }
    }
  }

  /** Nothing is left over: the splitter keeps what has not ended. */
  scanJson (block, last) {
    this.splitter ??= new JsonSplitter()
    const all = []
    for (let at = 0; at < block.length; at += stepLength) this.judgeJson(this.splitter.push(block.subarray(at, at + stepLength)), all)
    if (last) this.judgeJson(this.splitter.push(Buffer.alloc(0), true), all)
    return { consumed: block.length, entries: all }
  }

  judgeJson (found, all) {
    if (found.length === 0) return
    const before = this.recordLines
    this.recordLines += found.length
    const data = Buffer.from(found.map(({ value }) => readJson(value, this.format)).join('\n') + '\n')
    for (let at = 0; at < data.length;) {
      const step = native().logScan(this.handle, data.subarray(at), true)
      at += step.consumed
      for (const entry of step.entries) {
        const { line, text } = found[entry.line - before - 1]
        all.push(Object.assign(entry, { line, text }))
      }
    }
  }

  /** The last entries, and all that was counted; the scanner is of no use afterwards. */
  end () {
    const entries = this.push(Buffer.alloc(0), true)
    if (this.handle === null) return { entries, result: null }
    const result = native().logResult(this.handle)
    if (this.splitter !== null) result.seen = this.splitter.lines
    this.close()
    return { entries, result: { ...result, format: this.format } }
  }

  /** What was counted so far, of a log that broke off. */
  abandon () {
    const counted = this.handle === null ? null : { ...native().logResult(this.handle), format: this.format }
    this.close()
    return { result: counted }
  }

  /** Throws if the options cannot be used, whatever the log. */
  check () {
    if (this.named === 'auto') return
    this.openNative(detectFormat(Buffer.alloc(0), this.named))
    this.close()
  }

  /** Takes the format from the beginning of the log, to go on with its line at byte `from`. */
  openAt (head, from) {
    this.open(head)
    if (from === 0) return
    // the header lines, too, stand at the beginning
    native().logHeader(this.handle, head.subarray(0, head.lastIndexOf(newline) + 1))
  }

  close () {
    if (this.handle !== null) native().logClose(this.handle)
    this.handle = null
  }
}

module.exports = { LogScanner }
