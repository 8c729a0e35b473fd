'use strict'

// Servers with known settings, and what the doctor must say of each: a table made by hand.
// Times are scaled: the load balancer keeps an idle connection for 1000 ms. The idle time is
// keepAliveTimeout on Node 18, 1000 ms more on 20.18 to 20.20, and keepAliveTimeoutBuffer more
// from 22.19 on; `on20` is what that changes.

const base = { keepAliveTimeout: 1300, keepAliveTimeoutBuffer: 0, headersTimeout: 1500, requestTimeout: 2000, timeout: 0, connectionsCheckingInterval: 50 }
const off = { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 }

const safe = { verdict: 'safe', unused: 'safe', idle: 'safe', headers: 'safe', body: 'safe' }
const idleUnsafe = { ...safe, verdict: 'unsafe', idle: 'unsafe' }
const allOpen = { verdict: 'inconclusive', unused: 'inconclusive', idle: 'inconclusive', headers: 'inconclusive', body: 'inconclusive' }

const cases = [
  { name: 'as a plan sets it', expect: safe },
  { name: 'keepAliveTimeout too short', set: { keepAliveTimeout: 500 }, expect: idleUnsafe, on20: safe },
  { name: 'the buffer counts', set: { keepAliveTimeout: 700, keepAliveTimeoutBuffer: 600 }, expect: safe, on18: idleUnsafe },
  { name: 'the buffer is not enough', set: { keepAliveTimeout: 400, keepAliveTimeoutBuffer: 200 }, expect: idleUnsafe, on20: safe },
  { name: 'as long as the load balancer', set: { keepAliveTimeout: 1000 }, expect: idleUnsafe, on20: safe },
  { name: 'just longer', set: { keepAliveTimeout: 1060 }, expect: safe },
  { name: 'just shorter', set: { keepAliveTimeout: 940 }, expect: idleUnsafe, on20: safe },
  { name: 'headers below keepAlive, an unused connection', set: { headersTimeout: 600 }, expect: { ...safe, verdict: 'unsafe', unused: 'unsafe', headers: 'limited' }, ends: { unused: '408' } },
  { name: 'headers and keepAlive too short', set: { keepAliveTimeout: 300, headersTimeout: 400 }, expect: { ...idleUnsafe, unused: 'unsafe', headers: 'limited' }, on20: { ...safe, verdict: 'unsafe', unused: 'unsafe', headers: 'limited' } },
  { name: 'server.timeout', set: { timeout: 700 }, expect: { verdict: 'unsafe', unused: 'unsafe', idle: 'safe', headers: 'limited', body: 'limited' }, ends: { unused: 'fin', body: 'fin' } },
  { name: 'server.timeout rules where keepAliveTimeout is 0', set: { timeout: 700, keepAliveTimeout: 0 }, expect: { verdict: 'unsafe', unused: 'unsafe', idle: 'unsafe', headers: 'limited', body: 'limited' } },
  { name: 'server.timeout long enough', set: { timeout: 1200 }, expect: safe },
  { name: 'keepAliveTimeout 0', set: { keepAliveTimeout: 0 }, expect: safe, ends: { idle: 'open' } },
  { name: 'everything off', set: off, expect: safe, ends: { unused: 'open', idle: 'open', headers: 'open', body: 'open' } },
  { name: 'headersTimeout 0: requestTimeout rules', set: { headersTimeout: 0 }, expect: safe },
  { name: 'headersTimeout 0 and a short requestTimeout', set: { headersTimeout: 0, requestTimeout: 700 }, expect: { ...safe, verdict: 'unsafe', unused: 'unsafe', headers: 'limited', body: 'limited' } },
  { name: 'requestTimeout 0', set: { requestTimeout: 0 }, expect: safe, ends: { body: 'open' } },
  { name: 'requestTimeout too short for a body only', set: { headersTimeout: 500, requestTimeout: 800 }, expect: { verdict: 'unsafe', unused: 'unsafe', idle: 'safe', headers: 'limited', body: 'limited' }, ends: { body: '408' } },
  { name: 'headersTimeout above requestTimeout: swapped', set: { headersTimeout: 1800, requestTimeout: 700 }, expect: { ...safe, verdict: 'unsafe', unused: 'unsafe', headers: 'limited' } },
  { name: 'a coarse check, too early all the same', set: { headersTimeout: 300, connectionsCheckingInterval: 400 }, expect: { ...safe, verdict: 'unsafe', unused: 'unsafe', headers: 'limited' } },
  { name: 'a coarse check, late enough', set: { headersTimeout: 1500, connectionsCheckingInterval: 400 }, expect: safe },
  { name: 'maxRequestsPerSocket announces the end', set: { maxRequestsPerSocket: 1 }, expect: safe, ends: { idle: 'notKept' } },
  { name: 'an answer that says close', handler: 'close', expect: safe, ends: { idle: 'notKept' } },
  { name: 'a chunked answer', handler: 'chunked', set: { keepAliveTimeout: 500 }, expect: idleUnsafe, on20: safe },
  // which byte of the body comes after the answer's end is Node's to know: not modelled
  { name: 'an answer before the body is read', handler: 'early', expect: safe, notModelled: ['body'] },
  { name: 'the limit ends before anything happens', lbMs: 5000, limitMs: 800, expect: allOpen },
  { name: 'an early close within a short limit', set: { keepAliveTimeout: 400 }, lbMs: 5000, limitMs: 800, expect: { ...allOpen, verdict: 'unsafe', idle: 'unsafe' }, on20: allOpen },
  { name: 'no idle limit in front', set: { keepAliveTimeout: 500 }, lbMs: null, expect: { verdict: 'unsafe', unused: 'limited', idle: 'unsafe', headers: 'limited', body: 'limited' } },
  { name: 'no idle limit in front, nor here', set: off, lbMs: null, expect: allOpen },
  { name: 'https', secure: true, expect: safe },
  { name: 'https, keepAliveTimeout too short', secure: true, set: { keepAliveTimeout: 500 }, expect: idleUnsafe, on20: safe },
  { name: 'https, headers below keepAlive', secure: true, set: { headersTimeout: 600 }, expect: { ...safe, verdict: 'unsafe', unused: 'unsafe', headers: 'limited' } }
].map(({ set, handler = 'plain', secure = false, lbMs = 1000, limitMs = 2600, ends = {}, notModelled = [], ...row }) => {
  return { settings: { ...base, ...set }, handler, secure, lbMs, limitMs, ends, notModelled, ...row }
})

/** What must be said of a case on `version`. */
function expectation (row, version) {
  return row[`on${version.split('.')[0]}`] ?? row.expect
}

module.exports = { cases, expectation }
