'use strict'

// The proxies as Debian ships them, each with one line of the catalogue put where the
// catalogue says. A place is ({ folder, port, origin, line }) -> { command, files, after }:
// `line` undefined is the control; `after` is a command to run once the proxy answers. A
// remedy that cannot be tried here has the reason instead of a place. `useless` are lines that
// one might think of, and that must be seen to change nothing.

const fs = require('node:fs')
const path = require('node:path')

function nginx ({ folder, port, origin, line = '' }) {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`).join(' ')
  return {
    command: ['nginx', '-e', 'stderr', '-p', folder, '-c', 'nginx.conf'],
    files: {
      'nginx.conf': `daemon off; pid nginx.pid; error_log /dev/null; events {}
        http { access_log off; ${temp}
          upstream node { server 127.0.0.1:${origin}; keepalive 8; ${line} }
          server { listen 127.0.0.1:${port}; location / { proxy_pass http://node; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`
    }
  }
}

function haproxy ({ folder, port, origin, backend = '', server = '' }) {
  return {
    command: ['haproxy', '-db', '-f', path.join(folder, 'haproxy.cfg')],
    files: {
      'haproxy.cfg': `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:${port}
  default_backend node
backend node
  ${backend}
  server node 127.0.0.1:${origin} ${server}
`
    }
  }
}

function apache ({ folder, port, origin, line = 'ProxyPass "/" "http://127.0.0.1:3000/"' }) {
  const modules = ['mpm_event', 'authz_core', 'env', 'proxy', 'proxy_http'].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  return {
    command: ['apache2', '-X', '-f', path.join(folder, 'httpd.conf')],
    files: {
      'httpd.conf': [`ServerRoot ${folder}`, 'ServerName localhost', 'PidFile httpd.pid', 'ErrorLog error.log', `Listen 127.0.0.1:${port}`, ...modules,
        line.replaceAll(':3000', `:${origin}`), ''].join('\n')
    }
  }
}

function caddy ({ folder, port, origin, line = '' }) {
  return {
    command: ['caddy', 'run', '--config', path.join(folder, 'Caddyfile'), '--adapter', 'caddyfile'],
    files: {
      Caddyfile: `{
        admin off
        auto_https off
      }
      http://127.0.0.1:${port} {
        reverse_proxy 127.0.0.1:${origin} {
          transport http {
            ${line}
          }
        }
      }`
    }
  }
}

function caddyJson ({ folder, port, origin, line }) {
  const transport = `{ "protocol": "http", "keep_alive": { ${line} } }`
  const handler = `{ "handler": "reverse_proxy", "upstreams": [{ "dial": "127.0.0.1:${origin}" }], "transport": ${transport} }`
  return {
    command: ['caddy', 'run', '--config', path.join(folder, 'caddy.json')],
    files: {
      'caddy.json': `{ "admin": { "disabled": true }, "apps": { "http": { "servers": { "s": {
        "listen": ["127.0.0.1:${port}"], "automatic_https": { "disable": true }, "routes": [{ "handle": [${handler}] }] } } } } }`
    }
  }
}

function varnish ({ folder, port, origin, args = [], after }) {
  return {
    command: ['varnishd', '-F', '-n', path.join(folder, 'run'), '-a', `127.0.0.1:${port}`, '-f', path.join(folder, 'node.vcl'), ...args],
    after,
    files: { 'node.vcl': `vcl 4.1; backend node { .host = "127.0.0.1"; .port = "${origin}"; } sub vcl_recv { return (pass); }` }
  }
}

function squid ({ folder, port, origin, line = '' }) {
  return {
    command: ['squid', '-N', '-f', path.join(folder, 'squid.conf')],
    files: {
      'squid.conf': [`http_port 127.0.0.1:${port} accel defaultsite=localhost no-vhost`, `cache_peer 127.0.0.1 parent ${origin} 0 no-query originserver`,
        'http_access allow all', 'cache deny all', 'access_log none', `pid_filename ${folder}/squid.pid`, `cache_log ${folder}/cache.log`, `coredump_dir ${folder}`, 'pinger_enable off', line, ''].join('\n')
    }
  }
}

function trafficServer ({ folder, port, origin, line = '' }) {
  const own = { sysconfdir: 'etc', datadir: 'data', localstatedir: 'var', runtimedir: 'run', logdir: 'log', cachedir: 'cache' }
  const layout = { prefix: '/usr', exec_prefix: '/usr', bindir: '/usr/bin', sbindir: '/usr/sbin', includedir: '/usr/include', libdir: '/usr/lib', libexecdir: '/usr/lib' }
  for (const [key, name] of Object.entries(own)) {
    layout[key] = path.join(folder, name)
    fs.mkdirSync(layout[key])
  }
  return {
    command: ['traffic_server', `--run-root=${path.join(folder, 'runroot.yaml')}`],
    files: {
      'runroot.yaml': Object.entries(layout).map((pair) => pair.join(': ') + '\n').join(''),
      'etc/records.config': [`CONFIG proxy.config.http.server_ports STRING ${port}:ip-in=127.0.0.1`, 'CONFIG proxy.config.http.cache.http INT 0', 'CONFIG proxy.config.admin.user_id STRING #-1',
        'CONFIG proxy.config.exec_thread.autoconfig INT 0', 'CONFIG proxy.config.exec_thread.limit INT 1', 'CONFIG proxy.config.log.logging_enabled INT 0', line, ''].join('\n'),
      'etc/remap.config': `map / http://127.0.0.1:${origin}/\n`,
      'etc/storage.config': 'cache 16M\n',
      'etc/ip_allow.yaml': 'ip_allow:\n  - apply: in\n    ip_addrs: 127.0.0.1\n    action: allow\n    methods: ALL\n',
      'etc/plugin.config': ''
    }
  }
}

const plainPass = 'ProxyPass "/" "http://127.0.0.1:3000/"'

module.exports = {
  nginx: { program: 'nginx', control: nginx, places: [nginx] },
  haproxy: {
    program: 'haproxy',
    keepsClient: true, // it gives a new client's first request a connection of its own
    control: haproxy,
    useless: { 'http-reuse never': ({ line, ...rest }) => haproxy({ ...rest, backend: line }) },
    places: [
      ({ line, ...rest }) => haproxy({ ...rest, backend: line }),
      ({ line, ...rest }) => haproxy({ ...rest, server: line }),
      'repeats the request and changes no timer'
    ]
  },
  'apache-httpd': {
    program: 'apache2',
    control: apache,
    places: [
      apache,
      ({ line, ...rest }) => apache({ ...rest, line: `<Proxy "http://127.0.0.1:3000/">\n${line}\n</Proxy>\n${plainPass}` }),
      ({ line, ...rest }) => apache({ ...rest, line: `${line}\n${plainPass}` })
    ]
  },
  caddy: { program: 'caddy', control: caddy, places: [caddy, caddyJson] },
  varnish: {
    program: 'varnishd',
    control: varnish,
    places: [
      ({ line, ...rest }) => {
        const [command, ...args] = line.split(' ')
        return varnish({ ...rest, after: [command, '-n', path.join(rest.folder, 'run'), ...args] })
      },
      ({ line, ...rest }) => varnish({ ...rest, args: line.split(' ').slice(1) })
    ]
  },
  squid: { program: 'squid', control: squid, places: [squid, squid] },
  'apache-traffic-server': {
    program: 'traffic_server',
    control: trafficServer,
    places: ['needs version 10', trafficServer, 'needs a running RPC server']
  }
}
