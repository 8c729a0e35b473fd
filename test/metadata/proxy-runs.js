'use strict'

// Seven proxies as Debian ships them, each with a configuration of its own on loopback, and
// how each one dumps it. A run is one process with one or more cases; a case is a port and
// the hop (by name) that the reader's answer about it must be.

const { execFileSync } = require('node:child_process')
const path = require('node:path')

// what the client's side is set to everywhere: it must not be taken for the answer
const clientSeconds = 9

function nginx ({ folder, backend, ports }) {
  const upstream = (name, extra) => `upstream ${name} { server 127.0.0.1:${backend}; ${extra} }\n`
  const http11 = 'proxy_http_version 1.1; proxy_set_header Connection "";'
  const cases = [
    ['one', 'keepalive 4; keepalive_timeout 1s;', http11],
    ['two', 'keepalive 4; keepalive_timeout 2000ms;', http11],
    ['three', 'keepalive 4; keepalive_timeout 3;', http11],
    ['none', '', http11],
    ['http10', 'keepalive 4; keepalive_timeout 3s;', ''],
    ['closes', 'keepalive 4; keepalive_timeout 3s;', 'proxy_http_version 1.1;']
  ]
  const conf = path.join(folder, 'nginx.conf')
  return {
    command: ['/usr/sbin/nginx', '-e', 'stderr', '-p', folder, '-c', conf],
    files: {
      'nginx.conf': `daemon off; master_process off; pid nginx.pid; error_log /dev/null;
events { worker_connections 256; }
http {
  access_log off; keepalive_timeout ${clientSeconds}s;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  include ${folder}/upstreams.conf;
${cases.map(([name, , settings], i) => `  server { listen 127.0.0.1:${ports[i]}; ${settings} location / { proxy_pass http://${name}; } }\n`).join('')}}
`,
      'upstreams.conf': cases.map(([name, extra]) => upstream(name, extra)).join('')
    },
    dump: () => execFileSync('/usr/sbin/nginx', ['-T', '-e', 'stderr', '-p', folder, '-c', conf], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    cases: cases.map(([name], i) => ({ name, port: ports[i], hop: `upstream ${name}` }))
  }
}

function haproxy ({ folder, backend, ports }) {
  const cases = [
    ['default', '', ''],
    ['pool-max-conn', '', 'pool-max-conn 0'],
    ['purge', '', 'pool-purge-delay 0'],
    ['server-close', 'option http-server-close', ''],
    ['never-1', 'http-reuse never\n  timeout http-keep-alive 1s', ''],
    ['never-2', 'http-reuse never\n  timeout http-keep-alive 2000', ''],
    ['never-3', 'http-reuse never\n  timeout http-keep-alive 3s', '']
  ]
  const file = `global
  maxconn 100
defaults
  mode http
  timeout connect 1s
  timeout client ${clientSeconds}s
  timeout server 2s
  timeout http-keep-alive ${clientSeconds}s
${cases.map(([name, settings, server], i) => `listen ${name}\n  bind 127.0.0.1:${ports[i]}\n  ${settings}\n  server s 127.0.0.1:${backend} ${server}\n`).join('')}`
  return {
    command: ['/usr/sbin/haproxy', '-db', '-f', path.join(folder, 'haproxy.cfg')],
    files: { 'haproxy.cfg': file },
    dump: () => file,
    cases: cases.map(([name], i) => ({ name, port: ports[i], hop: `listen ${name}` }))
  }
}

/** `mpm`: with prefork a process is a pool of its own, and one is all that there is. */
function apache (mpm, cases, processes) {
  return ({ folder, backend, ports }) => {
    const modules = '/usr/lib/apache2/modules'
    const file = `ServerName localhost
LoadModule mpm_${mpm}_module ${modules}/mod_mpm_${mpm}.so
LoadModule authz_core_module ${modules}/mod_authz_core.so
LoadModule proxy_module ${modules}/mod_proxy.so
LoadModule proxy_http_module ${modules}/mod_proxy_http.so
${cases.map((_, i) => `Listen 127.0.0.1:${ports[i]}\n`).join('')}PidFile apache.pid
ErrorLog /dev/null
KeepAliveTimeout ${clientSeconds}
${processes}
${cases.map(([name, params], i) => `<VirtualHost 127.0.0.1:${ports[i]}>\n  ProxyPass / http://127.0.0.1:${backend}/${name}/ timeout=30 ${params}\n</VirtualHost>\n`).join('')}`
    return {
      command: ['/usr/sbin/apache2', '-DFOREGROUND', '-d', folder, '-f', 'apache.conf'],
      files: { 'apache.conf': file },
      dump: () => file,
      // it looks at ttl when the connection would be used again, and not before
      cases: cases.map(([name], i) => ({ name, port: ports[i], hop: `worker http://127.0.0.1:${backend}/${name}`, byReuse: true }))
    }
  }
}

const apacheEvent = apache('event', [['one', 'ttl=1'], ['two', 'ttl=2'], ['three', 'ttl=3'], ['none', ''], ['off', 'disablereuse=On ttl=3']], 'StartServers 1\nServerLimit 1\nThreadsPerChild 25\nMaxRequestWorkers 25')
const apachePrefork = apache('prefork', [['prefork', 'ttl=1']], 'StartServers 1\nServerLimit 1\nMinSpareServers 1\nMaxSpareServers 1\nMaxRequestWorkers 1')

function caddy ({ folder, backend, ports }) {
  const cases = [['one', 'keepalive 1s'], ['two', 'keepalive 2000ms'], ['three', 'keepalive 3s'], ['off', 'keepalive off'], ['partial', 'keepalive_idle_conns 8']]
  const file = path.join(folder, 'Caddyfile')
  return {
    command: ['/usr/bin/caddy', 'run', '--config', file, '--adapter', 'caddyfile'],
    env: { HOME: folder },
    files: {
      Caddyfile: `{
  admin off
  auto_https off
  servers {
    timeouts {
      idle ${clientSeconds}s
    }
  }
}
${cases.map(([name, setting], i) => `http://:${ports[i]} {
  bind 127.0.0.1
  rewrite * /${name}{uri}
  reverse_proxy 127.0.0.1:${backend} {
    header_up X-Case ${name}
    transport http {
      ${setting}
    }
  }
}
`).join('')}`
    },
    dump: () => execFileSync('/usr/bin/caddy', ['adapt', '--config', file, '--adapter', 'caddyfile'], { encoding: 'utf8', env: { ...process.env, HOME: folder }, stdio: ['ignore', 'pipe', 'ignore'] }),
    // Caddy names no upstream of ours: the servers come in the order of their ports
    cases: cases.map(([name], i) => ({ name, port: ports[i], listens: `:${ports[i]}` }))
  }
}

function varnish (seconds) {
  return ({ folder, backend, ports }) => ({
    command: ['/usr/sbin/varnishd', '-F', '-j', 'none', '-n', folder, '-a', `127.0.0.1:${ports[0]}`, '-f', path.join(folder, 'node.vcl'), '-s', 'malloc,16m', '-p', `backend_idle_timeout=${seconds}`, '-p', `timeout_idle=${clientSeconds}`],
    files: { 'node.vcl': `vcl 4.1;\nbackend default { .host = "127.0.0.1"; .port = "${backend}"; }\nsub vcl_recv { return (pass); }\n` },
    dump: () => execFileSync('/usr/bin/varnishadm', ['-n', folder, 'param.show', '-j'], { encoding: 'utf8' }),
    cases: [{ name: `${seconds} s`, port: ports[0] }]
  })
}

function trafficserver (seconds, settings = '') {
  return ({ folder, backend, ports }) => {
    const own = { sysconfdir: 'etc', datadir: 'data', localstatedir: 'var', runtimedir: 'run', logdir: 'log', cachedir: 'cache' }
    const shared = { prefix: '/usr', exec_prefix: '/usr', bindir: '/usr/bin', sbindir: '/usr/sbin', includedir: '/usr/include', libdir: '/usr/lib', libexecdir: '/usr/lib' }
    const layout = { ...shared, ...Object.fromEntries(Object.entries(own).map(([key, name]) => [key, path.join(folder, name)])) }
    const records = `CONFIG proxy.config.http.server_ports STRING ${ports[0]}:ip-in=127.0.0.1
CONFIG proxy.config.http.keep_alive_no_activity_timeout_in INT ${clientSeconds}
CONFIG proxy.config.http.keep_alive_no_activity_timeout_out INT ${seconds}
${settings}
CONFIG proxy.config.http.cache.http INT 0
CONFIG proxy.config.admin.user_id STRING #-1
CONFIG proxy.config.exec_thread.autoconfig INT 0
CONFIG proxy.config.exec_thread.limit INT 1
CONFIG proxy.config.log.logging_enabled INT 0
`
    return {
      command: ['/usr/bin/traffic_server', `--run-root=${path.join(folder, 'runroot.yaml')}`],
      folders: Object.values(own),
      files: {
        'runroot.yaml': Object.entries(layout).map(([key, value]) => `${key}: ${value}\n`).join(''),
        'etc/records.config': records,
        'etc/remap.config': `map / http://127.0.0.1:${backend}/\n`,
        'etc/storage.config': 'cache 16M\n',
        'etc/ip_allow.yaml': 'ip_allow:\n  - apply: in\n    ip_addrs: 127.0.0.1\n    action: allow\n    methods: ALL\n',
        'etc/plugin.config': ''
      },
      dump: () => records,
      cases: [{ name: settings === '' ? `${seconds} s` : 'off', port: ports[0] }]
    }
  }
}

function squid (seconds, settings = '') {
  return ({ folder, backend, ports }) => {
    const file = `http_port 127.0.0.1:${ports[0]} accel defaultsite=127.0.0.1 no-vhost
cache_peer 127.0.0.1 parent ${backend} 0 no-query originserver no-digest name=node
http_access allow all
never_direct allow all
cache deny all
client_idle_pconn_timeout ${clientSeconds} seconds
server_idle_pconn_timeout ${seconds} seconds
${settings}
pid_filename none
cache_log stdio:/dev/null
access_log none
pinger_enable off
shutdown_lifetime 0 seconds
`
    return {
      // its shared memory is named after the service: two of them, or one that was killed, would meet
      command: ['/usr/sbin/squid', '-N', '-n', `lbst${ports[0]}`, '-f', path.join(folder, 'squid.conf')],
      files: { 'squid.conf': file },
      dump: () => file,
      cases: [{ name: settings === '' ? `${seconds} s` : 'off', port: ports[0] }]
    }
  }
}

// lateness in ms: how much before and after its idle timeout a proxy may close; measured by
// others with 3 s as 2999 to 3007 (nginx, Caddy, Varnish), 3015 to 4000 (Traffic Server, which
// looks once a second), 2085 to 3800 (Squid), and wider here for a machine that is busy
const exact = { earlyMs: 100, lateMs: 800 }

module.exports = [
  { proxy: 'nginx', format: 'nginx', binary: '/usr/sbin/nginx', ...exact, runs: [nginx] },
  { proxy: 'HAProxy', format: 'haproxy', binary: '/usr/sbin/haproxy', ...exact, runs: [haproxy] },
  { proxy: 'Apache', format: 'apache', binary: '/usr/sbin/apache2', ...exact, runs: [apacheEvent, apachePrefork] },
  { proxy: 'Caddy', format: 'caddy', binary: '/usr/bin/caddy', ...exact, runs: [caddy] },
  { proxy: 'Varnish', format: 'varnish', binary: '/usr/sbin/varnishd', ...exact, runs: [varnish(1), varnish(2), varnish(3)] },
  { proxy: 'Traffic Server', format: 'trafficserver', binary: '/usr/bin/traffic_server', earlyMs: 100, lateMs: 1800, runs: [trafficserver(1), trafficserver(2), trafficserver(3), trafficserver(3, 'CONFIG proxy.config.http.keep_alive_enabled_out INT 0')] },
  { proxy: 'Squid', format: 'squid', binary: '/usr/sbin/squid', earlyMs: 1000, lateMs: 1300, runs: [squid(1), squid(2), squid(3), squid(3, 'server_persistent_connections off')] }
]
