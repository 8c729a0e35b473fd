'use strict'

// A parsed document (JSON, YAML, TOML) that cannot surprise its reader: a copy without
// prototypes, and a cursor that knows its path and complains about a wrong type with it.

const { bad, badValue, tooBig } = require('./fail')
const { depthMax, valuesMax } = require('./limits')

function isObject (value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function step (path, key) {
  if (typeof key === 'number') return `${path}[${key}]`
  return /^[A-Za-z_][\w-]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key.length > 80 ? key.slice(0, 77) + '...' : key)}]`
}

/**
 * A deep copy of plain data: objects have no prototype, so that '__proto__' and 'constructor'
 * are names like any other. A cycle ends at the depth limit, shared values at the count.
 */
function copyPlain (value) {
  let count = 0
  function copy (value, depth) {
    if (++count > valuesMax) throw tooBig(`the metadata holds more than ${valuesMax} values`)
    if (typeof value !== 'object' || value === null) {
      return typeof value === 'function' || typeof value === 'symbol' ? undefined : value
    }
    if (depth === depthMax) throw tooBig(`the metadata is nested more than ${depthMax} deep`)
    if (Array.isArray(value)) {
      if (value.length > valuesMax) throw tooBig(`the metadata holds more than ${valuesMax} values`)
      return Array.from(value, (item) => copy(item, depth + 1))
    }
    const result = Object.create(null)
    for (const key of Object.keys(value)) result[key] = copy(value[key], depth + 1)
    return result
  }
  return copy(value, 0)
}

/** A value of the document and its path. What is not there is a cursor too; null counts as not there. */
class Cursor {
  constructor (value, path) {
    this.value = value === null ? undefined : value
    this.path = path
  }

  get exists () {
    return this.value !== undefined
  }

  get isObject () {
    return isObject(this.value)
  }

  get isArray () {
    return Array.isArray(this.value)
  }

  has (key) {
    return isObject(this.value) && this.value[key] !== undefined && this.value[key] !== null
  }

  /** get('a', 'b'): a.b, whatever lacks on the way. */
  get (...keys) {
    let value = this.value
    let path = this.path
    for (const key of keys) {
      value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? value[key] : undefined
      path = step(path, key)
    }
    return new Cursor(value, path)
  }

  /** The first of several spellings that is there. */
  either (...keys) {
    return this.get(keys.find((key) => this.has(key)) ?? keys[0])
  }

  /** As get(), for formats that do not tell capital letters from small ones. */
  find (...keys) {
    return keys.reduce((at, key) => {
      const lower = key.toLowerCase()
      return at.get(isObject(at.value) ? Object.keys(at.value).find((name) => name.toLowerCase() === lower) ?? key : key)
    }, this)
  }

  /** The elements of an array; none where there is nothing. */
  items () {
    if (!this.exists) return []
    if (!this.isArray) throw badValue(this.path, 'an array', this.value)
    return this.value.map((item, index) => new Cursor(item, step(this.path, index)))
  }

  /** The elements of an array, or the one value that stands for an array of one. */
  itemsOrOne () {
    return this.isObject ? [this] : this.items()
  }

  /** [name, cursor] of an object's properties; none where there is nothing. */
  fields () {
    if (!this.exists) return []
    if (!this.isObject) throw badValue(this.path, 'an object', this.value)
    return Object.keys(this.value).map((key) => [key, this.get(key)])
  }

  /** A string (a number too: YAML makes numbers of what was meant as one), or undefined. */
  text () {
    if (!this.exists || typeof this.value === 'string') return this.value
    if (typeof this.value === 'number' || typeof this.value === 'boolean') return String(this.value)
    throw badValue(this.path, 'a string', this.value)
  }

  /** true, false, or a string that says so; undefined where there is nothing. */
  flag () {
    if (!this.exists || typeof this.value === 'boolean') return this.value
    const text = String(typeof this.value === 'object' ? '' : this.value).toLowerCase()
    if (['true', '1', 'on', 'yes'].includes(text)) return true
    if (['false', '0', 'off', 'no'].includes(text)) return false
    throw badValue(this.path, 'true or false', this.value)
  }

  /** A duration as `parse` (of duration.js) reads it, in ms; undefined where there is nothing. */
  duration (parse, expected) {
    if (!this.exists) return undefined
    const ms = typeof this.value === 'string' || typeof this.value === 'number' ? parse(this.value) : null
    if (ms === null) throw badValue(this.path, expected ?? parse.expected, this.value)
    return ms
  }
}

/** Parses JSON text into what copyPlain() takes. */
function parseJson (text) {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw bad('the JSON', `cannot be read (cut off?): ${String(error.message).slice(0, 120)}`)
  }
}

module.exports = { Cursor, copyPlain, isObject, parseJson }
