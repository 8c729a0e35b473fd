'use strict'

// The evidence of lb-safe-timeouts as Prometheus metrics.
//
//   npm install prom-client
//   node examples/prometheus.js
//   curl http://127.0.0.1:9464/metrics

const http = require('node:http')
const { Gauge, Counter, register } = require('prom-client')
const { applyLbSafeTimeouts, status } = require('lb-safe-timeouts')

const server = http.createServer((req, res) => res.end('hello\n'))
applyLbSafeTimeouts(server, { lb: 'aws-alb' })

/** A gauge that asks when it is scraped, and so costs nothing in between. */
function gauge (name, help, read) {
  return new Gauge({
    name: `lb_safe_timeouts_${name}`,
    help,
    collect () {
      const value = read(status(server))
      if (value === null) this.reset()
      else this.set(Number(value))
    }
  })
}

gauge('connections_open', 'Open connections', ({ open }) => open)
gauge('connections_idle', 'Open connections without a request', ({ idle }) => idle)
gauge('draining', '1 while the server drains', ({ draining }) => draining)
gauge('unsafe', '1 when requests can be lost', ({ verdict }) => verdict === 'unsafe')
gauge('proven', '1 when peers were seen to close first', ({ verdict }) => verdict === 'safe')
gauge('lb_idle_timeout_seconds', "The load balancer's idle timeout as it was told", ({ lb }) => lb.idleTimeoutMs === null ? null : lb.idleTimeoutMs / 1000)
gauge('lb_learned_idle_timeout_seconds', "The load balancer's idle timeout as its closes show it", ({ learned }) => learned.idleTimeoutMs === null ? null : learned.idleTimeoutMs / 1000)
gauge('event_loop_delay_max_seconds', 'The longest that the event loop was blocked', ({ eventLoopDelayMs }) => eventLoopDelayMs.max / 1000)

/** Counts that status() keeps anyway, as a counter of Prometheus. */
function counter (name, help, labelNames, read) {
  return new Counter({
    name: `lb_safe_timeouts_${name}`,
    help,
    labelNames,
    collect () {
      this.reset()
      for (const [labels, value] of read(status(server))) this.inc(labels, value)
    }
  })
}

counter('idle_closes_total', 'Idle connections that ended', ['by'], ({ idleCloses }) => [[{ by: 'peer' }, idleCloses.byPeer], [{ by: 'node' }, idleCloses.byNode]])
counter('saved_total', 'Idle closes that a last look prevented', ['why'], ({ saved, extended }) => [[{ why: 'request' }, saved], [{ why: 'slow-reader' }, extended]])
counter('unsafe_writes_total', 'Later writes to a timeout that broke the plan', [], ({ unsafeWrites }) => [[{}, unsafeWrites]])

const metrics = http.createServer(async (req, res) => {
  res.setHeader('content-type', register.contentType)
  res.end(await register.metrics())
})

server.listen(process.env.PORT ?? 8080, '127.0.0.1', () => console.log(`app on ${server.address().port}`))
metrics.listen(process.env.METRICS_PORT ?? 9464, '127.0.0.1', () => console.log(`metrics on ${metrics.address().port}`))
