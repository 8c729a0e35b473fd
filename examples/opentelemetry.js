'use strict'

// The evidence of lb-safe-timeouts as OpenTelemetry metrics, by the API alone: where it goes is
// the SDK's business, which your application has set up. Here it is printed once a second.
//
//   npm install @opentelemetry/api @opentelemetry/sdk-metrics
//   node examples/opentelemetry.js

const http = require('node:http')
const { metrics } = require('@opentelemetry/api')
const { ConsoleMetricExporter, MeterProvider, PeriodicExportingMetricReader } = require('@opentelemetry/sdk-metrics')
const { applyLbSafeTimeouts, status } = require('lb-safe-timeouts')

const reader = new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter(), exportIntervalMillis: 1000, exportTimeoutMillis: 1000 })
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))

const server = http.createServer((req, res) => res.end('hello\n'))
applyLbSafeTimeouts(server, { lb: 'aws-alb' })

const meter = metrics.getMeter('lb-safe-timeouts')
const connections = meter.createObservableUpDownCounter('lb_safe_timeouts.connections', { description: 'Open connections, by state' })
const idleCloses = meter.createObservableCounter('lb_safe_timeouts.idle_closes', { description: 'Idle connections that ended, by whom' })
const saved = meter.createObservableCounter('lb_safe_timeouts.saved', { description: 'Idle closes that a last look prevented' })
const learned = meter.createObservableGauge('lb_safe_timeouts.lb.idle_timeout', { unit: 'ms', description: "The load balancer's idle timeout, told and learned" })
const unsafe = meter.createObservableGauge('lb_safe_timeouts.unsafe', { description: '1 when requests can be lost' })

// one status() for all of them, when the reader asks
meter.addBatchObservableCallback((observer) => {
  const now = status(server)
  if (now.idle !== null) {
    observer.observe(connections, now.idle, { state: 'idle' })
    observer.observe(connections, now.open - now.idle, { state: 'busy' })
  }
  observer.observe(idleCloses, now.idleCloses.byPeer, { by: 'peer' })
  observer.observe(idleCloses, now.idleCloses.byNode, { by: 'node' })
  observer.observe(saved, now.saved, { why: 'request' })
  observer.observe(saved, now.extended, { why: 'slow-reader' })
  if (now.lb.idleTimeoutMs !== null) observer.observe(learned, now.lb.idleTimeoutMs, { source: 'told' })
  if (now.learned.idleTimeoutMs !== null) observer.observe(learned, now.learned.idleTimeoutMs, { source: 'learned' })
  observer.observe(unsafe, now.verdict === 'unsafe' ? 1 : 0)
}, [connections, idleCloses, saved, learned, unsafe])

server.listen(process.env.PORT ?? 8080, '127.0.0.1', () => console.log(`app on ${server.address().port}`))
