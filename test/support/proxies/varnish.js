'use strict'

// A request without a body is sent once more when a reused connection was dead: built in, and
// not what max_retries counts.

function configure ({ folder, port, upstreams, routing, retries, idleMs }) {
  const backends = upstreams.map((address, lane) => {
    const [host, port] = address.split(':')
    return `backend lane${lane} { .host = "${host}"; .port = "${port}"; }`
  })
  const choose = upstreams.map((_, lane) => `if (req.url ~ "^/${lane}/") { set req.backend_hint = lane${lane}; }`).join(' else\n  ')
  return {
    command: ['varnishd', '-F', '-j', 'none', '-n', folder, '-a', `127.0.0.1:${port}`, '-f', `${folder}/node.vcl`, '-s', 'malloc,16m',
      '-p', `backend_idle_timeout=${idleMs / 1000}`, '-p', 'timeout_idle=3600', '-p', 'cc_command=exec gcc -O0 -fpic -shared -Wl,-x -o %o %s', '-p', 'thread_pools=1', '-p', 'thread_pool_min=100', '-p', 'thread_pool_max=600',
      ...(retries === 'off' ? ['-p', 'max_retries=0'] : [])],
    files: {
      'node.vcl': `vcl 4.1;
import directors;
${backends.join('\n')}
${routing === 'lanes'
? ''
: `sub vcl_init {
  new all = directors.round_robin();
${upstreams.map((_, lane) => `  all.add_backend(lane${lane});`).join('\n')}
}`}
sub vcl_recv {
  ${routing === 'lanes' ? choose : 'set req.backend_hint = all.backend();'}
  return (pass);
}
`
    }
  }
}

module.exports = {
  name: 'Varnish',
  program: 'varnishd',
  versionArgs: ['-V'],
  tls: false,
  retriesOff: 'max_retries=0',
  hop: (idleTimeoutMs) => ({ id: 'varnish', idleTimeoutMs }),
  closes: (idleMs) => [idleMs, idleMs],
  configure
}
