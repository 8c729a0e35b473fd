'use strict'

// http, https and http2 as in examples/, each in a process of its own: a connection that is
// idle for longer than the load balancer's timeout still gets its answer, and the same server
// without us has closed it by then. Runs directly on every Node from 18 on.

const t = require('tap')

const { nodeTimers } = require('..')
const { createCertificate } = require('./support/certificate')
const { compareExample, describe, judge, measureExample } = require('./support/example')

const certificate = createCertificate()
t.teardown(() => certificate.remove())
t.jobs = 4

for (const file of ['plain-http.js', 'https.js', 'http2-allow-http1.js']) {
  t.test(file, { buffered: true }, async (t) => {
    const result = await compareExample(file, { certificate })
    t.comment(describe(file, result))
    t.match(result.made.answer, /hello/)
    t.strictSame(judge(result), [])
  })
}

// Before 24.15.0 such a server has no keepAliveTimeout at all for its HTTP/1 connections
t.test('http2 with allowHTTP1 as Node makes it', { buffered: true }, async (t) => {
  const { report, answeredMs } = await measureExample('http2-allow-http1.js', { call: 'made', keepAliveMs: null, certificate })
  const codes = report.warnings.map(({ code }) => code)
  t.type(answeredMs, 'number', 'its idle connection is answered')
  t.equal(report.safe, true)
  if (nodeTimers().http2AllowHttp1 === 'all') {
    t.equal(report.after.keepAliveTimeout, 7500)
    t.notOk(codes.includes('LBST_W_HTTP1_NEVER_CLOSES'))
  } else {
    t.notOk('keepAliveTimeout' in report.before, 'it has no idle timeout')
    t.notOk('keepAliveTimeout' in report.after, 'and is given none')
    t.ok(codes.includes('LBST_W_HTTP1_NEVER_CLOSES'), 'which the report says')
  }
})
