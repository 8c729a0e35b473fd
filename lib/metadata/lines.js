'use strict'

// Formats of one statement per line (HAProxy, Apache, Squid, Kong, Traffic Server): words
// with quotes and backslashes, comments from '#'. One pass, no regular expression.

const { tooBig } = require('./fail')
const { statementsMax } = require('./limits')

const blanks = ' \t\r\v\f'
// what a word can hold without more ado
const special = new Set(blanks + '"\'\\#')

/** The words of one line. */
function splitWords (line) {
  const words = []
  let word = ''
  let quote = ''
  let inWord = false
  for (let i = 0; i < line.length; i++) {
    const char = line[i]
    if (quote !== '') {
      if (char === quote) quote = ''
      else if (char === '\\' && quote === '"' && i + 1 < line.length) word += line[++i]
      else word += char
    } else if (!special.has(char)) {
      const from = i
      while (i + 1 < line.length && !special.has(line[i + 1])) i++
      word += line.slice(from, i + 1)
      inWord = true
    } else if (char === '"' || char === "'") {
      quote = char
      inWord = true
    } else if (char === '\\') {
      word += line[++i] ?? '\\'
      inWord = true
    } else if (char === '#') {
      if (!inWord) return words
      word += char
    } else {
      if (inWord) words.push(word)
      word = ''
      inWord = false
    }
  }
  if (inWord) words.push(word)
  return words
}

function endsInBackslash (line) {
  return line.endsWith('\\') || line.endsWith('\\\r')
}

/**
 * The statements of `text` as { words, line, where }. With `continued`, a backslash at the
 * end of a line joins the next one to it.
 */
function * readLines (text, file, { continued = false } = {}) {
  let line = 0
  let count = 0
  let from = 0
  while (from <= text.length) {
    const first = ++line
    let to = text.indexOf('\n', from)
    if (to === -1) to = text.length
    const parts = [text.slice(from, to)]
    if (continued) {
      while (to < text.length && endsInBackslash(parts.at(-1))) {
        from = to + 1
        line++
        to = text.indexOf('\n', from)
        if (to === -1) to = text.length
        parts.push(text.slice(from, to))
      }
    }
    from = to + 1
    const joined = parts.length === 1 ? parts[0] : parts.map((part, index) => index < parts.length - 1 ? part.slice(0, part.lastIndexOf('\\')) : part).join(' ')
    const words = splitWords(joined)
    if (words.length === 0) continue
    if (++count > statementsMax) throw tooBig(`the metadata holds more than ${statementsMax} statements`)
    yield { words, line: first, where: `${file}:${first}`, text: joined }
  }
}

module.exports = { readLines }
