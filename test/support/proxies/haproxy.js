'use strict'

// It has no idle limit for its pool. A request that fails on its own session's connection ends
// in a closed client connection; on a new client connection, in a 502.

function configure ({ folder, port, upstreams, routing, retries, tls }) {
  const ssl = tls ? ' ssl verify none' : ''
  const line = (address, name) => `  server ${name} ${address}${ssl}\n`
  const backends = routing === 'lanes'
    ? upstreams.map((address, lane) => `backend lane${lane}\n${line(address, 'node')}`).join('')
    : `backend all\n  balance roundrobin\n${upstreams.map((address, i) => line(address, `node${i}`)).join('')}`
  return {
    // a master process, which is what can be told to reload
    command: ['haproxy', '-W', '-f', `${folder}/haproxy.cfg`],
    files: {
      'haproxy.cfg': `global
  maxconn 4096
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout http-keep-alive 1h
  http-reuse always
  retries ${retries === 'off' ? 0 : 3}
  ${retries === 'off' ? '' : 'option redispatch 1'}
frontend front
  bind 127.0.0.1:${port}
  ${routing === 'lanes' ? 'use_backend lane%[path,field(2,/)]' : 'default_backend all'}
${backends}`
    }
  }
}

module.exports = {
  name: 'HAProxy',
  program: 'haproxy',
  versionArgs: ['-v'],
  retriesOff: 'retries 0',
  hop: () => ({ id: 'haproxy' }),
  reload: 'SIGUSR2',
  closes: () => null,
  configure
}
