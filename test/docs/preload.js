'use strict'

// Loaded before a block of JavaScript. Its servers listen on a port of their own, are asked once,
// and do not keep the process; what a `// =>` line says is compared, and each of them must have
// been reached.

const assert = require('node:assert/strict')
const http = require('node:http')
const net = require('node:net')
const { isDeepStrictEqual } = require('node:util')

const host = '127.0.0.1'
let reached = 0

/** Does `actual` hold all that `expected` says? */
function holds (actual, expected) {
  if (typeof expected !== 'object' || expected === null) return isDeepStrictEqual(actual, expected)
  return Object.keys(expected).every((key) => holds(actual?.[key], expected[key]))
}

// a report has a restore() and other properties that are no part of what is shown
globalThis.docsTestEqual = (where, actual, expected, isPartial) => {
  reached++
  if (isPartial ? !holds(actual, expected) : !isDeepStrictEqual(actual, expected)) {
    assert.deepEqual(actual, expected, `${where} is ${JSON.stringify(actual)}, and the document says ${JSON.stringify(expected)}`)
  }
}

const { listen } = net.Server.prototype
net.Server.prototype.listen = function (first, ...rest) {
  const callback = rest.find((argument) => typeof argument === 'function')
  this.once('listening', () => {
    if (!(this instanceof http.Server)) return this.unref()
    const request = http.get({ host, port: this.address().port, agent: false }, (response) => {
      assert.ok(response.statusCode < 500, `the server answers ${response.statusCode}`)
      response.resume().on('end', () => this.unref())
    })
    request.end()
  })
  return Reflect.apply(listen, this, [0, host, callback])
}

process.on('exit', (code) => {
  const expected = Number(process.env.DOCS_TEST_CHECKS)
  if (code === 0 && reached !== expected) {
    console.error(`${reached} of ${expected} '// =>' lines were reached`)
    process.exitCode = 1
  }
})
