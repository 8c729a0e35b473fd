'use strict'

// The entries of a log in JSON: a line each, or the elements of an array or of Azure's `records`,
// on one line or over many. Never more than one entry is kept, and none that is longer than a
// line of text may be: the memory stays flat whatever the log is.

// LBST_SCAN_LINE_MAX; a test holds the two together.
const lineMax = 262144
// Of a longer one that much is shown.
const cutLength = 1024
// Enough for `"records" : `.
const keyLength = 64

const [newline, quote, backslash] = [0x0a, 0x22, 0x5c]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]
const [between, inEntry, inJunk] = [0, 1, 2]

// What stands between two entries; an editor may have put a byte order mark before the first.
const mark = [0xef, 0xbb, 0xbf]
const blanks = new Set(Buffer.from(' \t\r'))
const ignored = new Set([...blanks, ...Buffer.from(',[]}'), ...mark])

/** What `text` is, from brace to brace, or undefined. */
function parseEntry (text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

class JsonSplitter {
  constructor () {
    this.line = 1
    this.lineStart = true
    this.state = between
    this.entries = []
    // the one that is open
    this.entryLine = 0
    this.length = 0
    this.kept = Buffer.alloc(0)
    this.keptLength = 0
    this.depth = 0
    this.inString = false
    this.escaped = false
    this.wrapped = false // in the array of `records`
    this.isWrapper = false // behind it
  }

  /**
   * The entries that end in `block`, a chunk of any length: { line, text, value, isLine }. Of
   * what is none `value` is undefined; `isLine`: it is a whole line.
   */
  push (block, last = false) {
    this.entries = []
    for (let at = 0; at < block.length;) {
      if (this.state === between) at = this.findEntry(block, at)
      else if (this.state === inEntry) at = this.readEntry(block, at)
      else at = this.readJunk(block, at)
    }
    if (last && this.state !== between) this.finish(block, block.length, block.length, false)
    return this.entries
  }

  /** How many lines there were so far. */
  get lines () {
    return this.lineStart ? this.line - 1 : this.line
  }

  /** Whether there is an open entry that began on an earlier line. */
  get isOverLines () {
    return this.state === inEntry && this.entryLine < this.line
  }

  open (state, depth = 0) {
    this.state = state
    this.depth = depth
    this.entryLine = this.line
    this.length = this.keptLength = 0
    this.inString = this.escaped = false
  }

  findEntry (block, from) {
    for (let at = from; at < block.length; at++) {
      const byte = block[at]
      if (byte === newline) {
        this.line++
        this.lineStart = true
      } else if (byte === openBrace) {
        const end = this.lineStart ? this.readLine(block, at) : at
        this.lineStart = false
        if (end > at) return end
        this.open(inEntry)
        return at
      } else if (byte === closeBracket && this.wrapped) {
        this.wrapped = false
        this.isWrapper = true
        this.lineStart = false
        this.open(inEntry, 1)
        return at + 1
      } else if (ignored.has(byte)) {
        if (!mark.includes(byte)) this.lineStart = false
      } else {
        this.lineStart = false
        this.open(inJunk)
        return at
      }
    }
    return block.length
  }

  /** One entry per line is what most logs are. Returns its end, or `at` when this is none. */
  readLine (block, at) {
    const end = block.indexOf(newline, at)
    if (end === -1 || end - at > lineMax) return at
    let textEnd = end
    // what JSON.parse() passes over, and nothing else: the braces are counted without it
    while (blanks.has(block[textEnd - 1])) textEnd--
    const text = block.toString('utf8', at, textEnd)
    const value = parseEntry(text)
    if (value === undefined || Array.isArray(value.records)) return at
    this.entries.push({ line: this.line, text, value, isLine: true })
    return end
  }

  readJunk (block, from) {
    const end = block.indexOf(newline, from)
    if (end === -1) this.keep(block, from, block.length)
    else this.finish(block, from, end, false)
    return end === -1 ? block.length : end
  }

  /** Counts braces to the end of the entry. */
  readEntry (block, from) {
    let { depth, inString, escaped, lineStart } = this
    for (let at = from; at < block.length; at++) {
      const byte = block[at]
      if (byte === newline) {
        this.line++
        if (inString) {
          // no string has one: the line was cut off
          this.lineStart = true
          this.finish(block, from, at, false)
          return at + 1
        }
        lineStart = true
        continue
      }
      if (inString) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quote) inString = false
      } else if (byte === quote) {
        inString = true
      } else if (byte === openBrace || byte === openBracket) {
        if (lineStart) {
          // whoever writes an entry over many lines indents them: this is the next one
          this.lineStart = true
          this.finish(block, from, at, false)
          return at
        }
        if (byte === openBracket && depth === 1 && this.endsInRecords(block, from, at)) {
          this.wrapped = true
          this.state = between
          this.lineStart = false
          return at + 1
        }
        depth++
      } else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) {
        this.lineStart = false
        this.finish(block, from, at + 1, true)
        return at + 1
      }
      lineStart = false
    }
    Object.assign(this, { depth, inString, escaped, lineStart })
    this.keep(block, from, block.length)
    return block.length
  }

  endsInRecords (block, from, to) {
    if (this.isWrapper || this.length > lineMax) return false
    const kept = this.kept.toString('latin1', Math.max(0, this.keptLength - keyLength), this.keptLength)
    return /"records"\s*:\s*$/.test(kept + block.toString('latin1', Math.max(from, to - keyLength), to))
  }

  keep (block, from, to) {
    this.length += to - from
    const room = (this.length > lineMax ? cutLength : lineMax) - this.keptLength
    if (room <= 0) {
      this.keptLength += room
      return
    }
    const length = Math.min(room, to - from)
    const needed = this.keptLength + length
    if (needed > this.kept.length) this.kept = Buffer.concat([this.kept], Math.min(lineMax, 2 * needed))
    block.copy(this.kept, this.keptLength, from, from + length)
    this.keptLength = needed
  }

  finish (block, from, to, isWhole) {
    this.state = between
    if (this.isWrapper) {
      this.isWrapper = false
      return
    }
    const isHere = this.length === 0 && to - from <= lineMax
    if (!isHere) this.keep(block, from, to)
    const text = isHere ? block.toString('utf8', from, to) : this.kept.toString('utf8', 0, this.keptLength)
    const value = isWhole && this.length <= lineMax ? parseEntry(text) : undefined
    // one line, as every other evidence
    this.entries.push({ line: this.entryLine, text: text.replace(/[\r\n]+\s*/g, ' ').trimEnd(), value, isLine: false })
  }
}

module.exports = { JsonSplitter, lineMax }
