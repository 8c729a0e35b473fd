'use strict'

// Formats of statements and { blocks } (nginx, the Caddyfile): a tree of
// { words, file, line, children }. One pass, no regular expression on the input.

const { bad, tooBig } = require('./fail')
const { depthMax, statementsMax } = require('./limits')

const blanks = new Set([' ', '\t', '\r', '\v', '\f', '\ufeff'])

/** 'X' of the line "# configuration file X:" that nginx -T writes above each file. */
function readFileHeader (comment) {
  const prefix = '# configuration file '
  return comment.startsWith(prefix) && comment.trimEnd().endsWith(':') ? comment.trimEnd().slice(prefix.length, -1) : null
}

class BlockReader {
  constructor (text, file, { newlineEnds, quotes, fileHeaders }) {
    this.text = text
    this.at = 0
    this.line = 1
    this.file = file
    this.newlineEnds = newlineEnds
    this.quotes = quotes
    this.fileHeaders = fileHeaders
    this.root = []
    /** The statements of each file that a header names; the input itself where there is none. */
    this.files = new Map([[file, this.root]])
    this.stack = [this.root]
    this.count = 0
  }

  fail (message) {
    return bad(`${this.file}:${this.line}`, message)
  }

  newStatement () {
    return { words: [], file: this.file, line: this.line, where: `${this.file}:${this.line}`, children: null }
  }

  push (statement) {
    if (++this.count > statementsMax) throw tooBig(`the metadata holds more than ${statementsMax} statements`)
    this.stack.at(-1).push(statement)
  }

  open (statement) {
    if (this.stack.length > depthMax) throw tooBig(`${statement.where}: blocks are nested more than ${depthMax} deep`)
    statement.children = []
    this.push(statement)
    this.stack.push(statement.children)
  }

  startFile (name) {
    if (this.stack.length > 1) throw this.fail('a file of nginx -T ends inside a block')
    this.file = name
    // the line after the header is the file's first
    this.line = 0
    const statements = this.files.get(name) ?? []
    this.files.set(name, statements)
    this.stack = [statements]
  }

  skipComment () {
    let end = this.text.indexOf('\n', this.at)
    if (end === -1) end = this.text.length
    if (this.fileHeaders) {
      const name = readFileHeader(this.text.slice(this.at, Math.min(end, this.at + 4200)))
      if (name !== null) this.startFile(name)
    }
    this.at = end
  }

  readQuoted (quote) {
    const { text } = this
    const started = this.line
    let word = ''
    let from = ++this.at
    for (; this.at < text.length; this.at++) {
      const char = text[this.at]
      if (char === quote) return word + text.slice(from, this.at++)
      if (char === '\n') this.line++
      if (char === '\\' && quote !== '`' && this.at + 1 < text.length) {
        const next = text[this.at + 1]
        // \" and \\ stand for themselves, any other backslash stays
        if (next === quote || next === '\\') {
          word += text.slice(from, this.at)
          from = this.at + 1
        }
        if (next === '\n') this.line++
        this.at++
      }
    }
    throw bad(`${this.file}:${started}`, 'a quoted string has no end')
  }

  readWord () {
    const { text, newlineEnds } = this
    const from = this.at
    let braces = 0
    let at = from
    for (; at < text.length; at++) {
      const char = text[at]
      if (blanks.has(char) || char === '\n') break
      if (!newlineEnds && char === ';') break
      // ${variable} of nginx and {placeholder} of Caddy belong to the word
      if (char === '{') {
        if (!newlineEnds && (at === from || text[at - 1] !== '$')) break
        braces++
      } else if (char === '}') {
        if (braces === 0 && !newlineEnds) break
        braces--
      } else if (char === '\\' && at + 1 < text.length && text[at + 1] !== '\n') {
        at++
      }
    }
    this.at = at
    return text.slice(from, at)
  }

  /** The Lua of OpenResty's ..._by_lua_block { } is skipped: strings, comments, and braces. */
  skipLua () {
    let depth = 0
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at]
      if (char === '\n') this.line++
      else if (char === '{') depth++
      else if (char === '}' && --depth === 0) {
        this.at++
        return
      } else if (char === '"' || char === "'") {
        while (++this.at < this.text.length && this.text[this.at] !== char && this.text[this.at] !== '\n') if (this.text[this.at] === '\\') this.at++
        if (this.text[this.at] === '\n') this.line++
      } else if (char === '-' && this.text[this.at + 1] === '-') {
        const end = this.text.indexOf('\n', this.at)
        this.at = end === -1 ? this.text.length : end - 1
      }
    }
    throw this.fail('a block of Lua has no end')
  }

  /** Whether a '{' here opens a block: in a Caddyfile only at the end of a line. */
  opensBlock () {
    if (!this.newlineEnds) return true
    let next = this.at + 1
    while (blanks.has(this.text[next])) next++
    return next >= this.text.length || this.text[next] === '\n' || this.text[next] === '#'
  }

  read () {
    let statement = null
    const end = () => {
      if (statement !== null) this.push(statement)
      statement = null
    }
    while (this.at < this.text.length) {
      const char = this.text[this.at]
      if (char === '\n') {
        if (this.newlineEnds) end()
        this.line++
        this.at++
      } else if (blanks.has(char)) {
        this.at++
      } else if (char === '#') {
        this.skipComment()
      } else if (char === ';' && !this.newlineEnds) {
        end()
        this.at++
      } else if (char === '{' && this.opensBlock()) {
        statement ??= this.newStatement()
        if (statement.words[0]?.endsWith('_by_lua_block')) {
          this.skipLua()
          end()
          continue
        }
        this.open(statement)
        statement = null
        this.at++
      } else if (char === '}') {
        if (statement !== null && !this.newlineEnds) throw this.fail(`${this.describe(statement)} has no ';'`)
        end()
        if (this.stack.length === 1) throw this.fail("a '}' closes no block")
        this.stack.pop()
        this.at++
      } else {
        if (this.newlineEnds && char === '\\' && (this.text[this.at + 1] === '\n' || this.text.startsWith('\r\n', this.at + 1))) {
          this.at = this.text.indexOf('\n', this.at) + 1
          this.line++
          continue
        }
        statement ??= this.newStatement()
        const before = this.at
        statement.words.push(this.quotes.includes(char) ? this.readQuoted(char) : this.readWord())
        // a lone '{' of a Caddy placeholder, or anything else that no word begins with
        if (this.at === before) statement.words[statement.words.length - 1] = this.text[this.at++]
      }
    }
    if (statement !== null && !this.newlineEnds) throw this.fail(`${this.describe(statement)} has no ';' (cut off?)`)
    end()
    if (this.stack.length > 1) throw this.fail('a block has no end (cut off?)')
    return this.files
  }

  describe (statement) {
    return `'${statement.words.join(' ').slice(0, 40)}'`
  }
}

/** nginx.conf, or what nginx -T prints: a map of file names to their statements. */
function readNginxBlocks (text, file) {
  return new BlockReader(text, file, { newlineEnds: false, quotes: '"\'', fileHeaders: true }).read()
}

/** The statements of a Caddyfile. */
function readCaddyfileBlocks (text, file) {
  return new BlockReader(text, file, { newlineEnds: true, quotes: '"`', fileHeaders: false }).read().get(file)
}

module.exports = { readCaddyfileBlocks, readNginxBlocks }
