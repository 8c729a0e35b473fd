'use strict'

// Go's transport sends a GET again when the pooled connection that it took was dead, and that
// cannot be switched off. With several upstreams 2.6 cannot try another one for a request with
// a body (its transport closes the body when a connect is refused): it gets health checks. And
// it gets the policy random: round_robin counts all requests with one counter, so that one
// request can be led to the same unhealthy upstream twice while others count on, and is then
// answered with 503, "no upstreams available", although there is one.

function handle (addresses, { scheme, idleMs, tls, balance }) {
  return `reverse_proxy ${addresses.map((address) => `${scheme}://${address}`).join(' ')} {
${balance
? `      lb_policy random
      health_uri /ready
      health_interval 50ms
      health_timeout 1s
      lb_try_duration 10s
      lb_try_interval 10ms`
: ''}
      transport http {
        keepalive ${idleMs}ms
        keepalive_idle_conns_per_host 256
        versions 1.1
        ${tls ? 'tls_insecure_skip_verify' : ''}
      }
    }`
}

function configure ({ port, upstreams, routing, idleMs, tls }) {
  const options = { scheme: tls ? 'https' : 'http', idleMs, tls, balance: upstreams.length > 1 && routing === 'balance' }
  const handlers = routing === 'lanes'
    ? upstreams.map((address, lane) => `  handle /${lane}/* {
    ${handle([address], options)}
  }`).join('\n')
    : `  ${handle(upstreams, options)}`
  return {
    command: ['caddy', 'run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    files: {
      Caddyfile: `{
  admin unix/admin.sock
  auto_https off
  servers {
    timeouts {
      idle 1h
    }
  }
}
http://:${port} {
  bind 127.0.0.1
${handlers}
}
`
    }
  }
}

module.exports = {
  name: 'Caddy',
  program: 'caddy',
  versionArgs: ['version'],
  refused: /invalid Read on closed Body/g,
  retriesOff: null,
  hop: (idleTimeoutMs) => ({ id: 'caddy', idleTimeoutMs }),
  closes: (idleMs) => [idleMs, idleMs],
  configure
}
