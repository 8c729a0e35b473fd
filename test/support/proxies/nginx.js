'use strict'

// A cached connection that fails is tried once more on another one unless proxy_next_upstream
// says no; not for a POST, unless its connect failed.

function configure ({ port, upstreams, routing, retries, idleMs, tls }) {
  const scheme = tls ? 'https' : 'http'
  const pools = routing === 'lanes' ? upstreams.map((address) => [address]) : [upstreams]
  const names = pools.map((_, lane) => routing === 'lanes' ? `lane${lane}` : 'all')
  const blocks = pools.map((addresses, lane) => `  upstream ${names[lane]} {
${addresses.map((address) => `    server ${address} max_fails=0;`).join('\n')}
    keepalive 256;
    keepalive_requests 1000000;
    keepalive_timeout ${idleMs}ms;
  }`)
  const locations = names.map((name, lane) => `    location /${routing === 'lanes' ? `${lane}/` : ''} { proxy_pass ${scheme}://${name}; }`)
  return {
    command: ['nginx', '-p', '.', '-c', 'nginx.conf', '-e', 'error.log'],
    files: {
      'nginx.conf': `daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  keepalive_requests 1000000;
  keepalive_timeout 1h;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  ${retries === 'off' ? 'proxy_next_upstream off;' : ''}
${blocks.join('\n')}
  server {
    listen 127.0.0.1:${port};
${locations.join('\n')}
  }
}
`
    }
  }
}

module.exports = {
  name: 'nginx',
  program: 'nginx',
  versionArgs: ['-v'],
  retriesOff: 'proxy_next_upstream off',
  hop: (idleTimeoutMs) => ({ id: 'nginx', idleTimeoutMs }),
  reload: 'SIGHUP',
  closes: (idleMs) => [idleMs, idleMs],
  configure
}
