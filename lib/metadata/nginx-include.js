'use strict'

// `nginx -T` prints each file once, below a header with its name. The include directives put
// them together again; nothing is read from disk.

const { tooBig } = require('./fail')
const { includedMax } = require('./limits')

const includesDeep = 20
// comparing names with globs: a real configuration has some hundred of both
const stepsMax = 5000000

/** Whether `name` fits a glob of '*' and '?'. `spend` counts the steps, and stops a hostile one. */
function fitsGlob (pattern, name, spend) {
  let p = 0
  let n = 0
  let star = -1
  let mark = 0
  while (n < name.length) {
    spend()
    if (p < pattern.length && pattern[p] === '*') {
      star = p++
      mark = n
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++
      n++
    } else if (star !== -1) {
      p = star + 1
      n = ++mark
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

function folderOf (file) {
  return file.slice(0, file.lastIndexOf('/') + 1)
}

/** The statements of the first file, with those of the files that it includes in their places. */
function resolveIncludes (files) {
  const names = [...files.keys()]
  // what stands above the first header is nginx's own words, if anything
  const main = names.length > 1 && files.get(names[0]).length === 0 ? names[1] : names[0]
  if (names.length === 1) return files.get(main)
  let budget = includedMax
  let steps = 0
  const spend = () => {
    if (++steps > stepsMax) throw tooBig('the includes have too many names to compare')
  }
  const found = new Map()
  function match (pattern) {
    if (!/[*?]/.test(pattern)) return files.has(pattern) ? [pattern] : []
    if (!found.has(pattern)) found.set(pattern, names.filter((name) => fitsGlob(pattern, name, spend)))
    return found.get(pattern)
  }
  const included = new Set()
  function expand (statements, depth) {
    budget -= statements.length
    if (budget < 0) throw tooBig(`the includes expand to more than ${includedMax} statements`)
    return statements.flatMap((statement) => {
      if (statement.words[0] !== 'include' || statement.children !== null || depth === includesDeep) {
        return statement.children === null ? [statement] : [{ ...statement, children: expand(statement.children, depth) }]
      }
      const given = (statement.words[1] ?? '').slice(0, 4096)
      const pattern = given.startsWith('/') ? given : folderOf(main) + given
      return match(pattern).flatMap((name) => {
        included.add(name)
        return expand(files.get(name), depth + 1)
      })
    })
  }
  const root = expand(files.get(main), 0)
  // a file that no include asks for (its directive was cut away) still counts
  const rest = names.filter((name) => name !== main && !included.has(name))
  return [...root, ...rest.flatMap((name) => expand(files.get(name), 0))]
}

module.exports = { resolveIncludes }
