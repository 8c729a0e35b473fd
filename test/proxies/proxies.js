'use strict'

// Real proxies in the foreground, each with a configuration of its own, on loopback only:
// a pool of connections to one backend that are kept idle for `idleMs` (whole seconds).
//
//   apt-get install --no-install-recommends nginx caddy varnish trafficserver haproxy apache2

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')

const startMs = 10000 // Varnish compiles its configuration, Traffic Server takes a second

function nginx ({ folder, port, backend, idleMs }) {
  return {
    command: ['/usr/sbin/nginx', '-e', 'stderr', '-p', folder, '-c', 'nginx.conf'],
    files: {
      'nginx.conf': `daemon off; master_process off; pid nginx.pid; error_log /dev/null;
        events { worker_connections 1024; }
        http {
          access_log off;
          client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
          upstream node { server 127.0.0.1:${backend}; keepalive 256; keepalive_timeout ${idleMs}ms; }
          server {
            listen 127.0.0.1:${port};
            location / { proxy_pass http://node; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_next_upstream off; }
          }
        }`
    }
  }
}

function caddy ({ folder, port, backend, idleMs }) {
  return {
    command: ['/usr/bin/caddy', 'run', '--config', path.join(folder, 'Caddyfile'), '--adapter', 'caddyfile'],
    files: {
      Caddyfile: `{
        admin off
        auto_https off
      }
      http://:${port} {
        bind 127.0.0.1
        reverse_proxy 127.0.0.1:${backend} {
          transport http {
            keepalive ${idleMs}ms
            keepalive_idle_conns_per_host 256
          }
        }
      }`
    },
    env: { HOME: folder }
  }
}

function varnish ({ folder, port, backend, idleMs }) {
  return {
    command: ['/usr/sbin/varnishd', '-F', '-j', 'none', '-n', folder, '-a', `127.0.0.1:${port}`, '-f', path.join(folder, 'node.vcl'),
      '-s', 'malloc,16m', '-p', `backend_idle_timeout=${idleMs / 1000}`],
    files: {
      'node.vcl': `vcl 4.1;
        backend default { .host = "127.0.0.1"; .port = "${backend}"; }
        sub vcl_recv { return (pass); }`
    }
  }
}

function trafficserver ({ folder, port, backend, idleMs }) {
  const own = { sysconfdir: 'etc', datadir: 'data', localstatedir: 'var', runtimedir: 'run', logdir: 'log', cachedir: 'cache' }
  const shared = { prefix: '/usr', exec_prefix: '/usr', bindir: '/usr/bin', sbindir: '/usr/sbin', includedir: '/usr/include', libdir: '/usr/lib', libexecdir: '/usr/lib' }
  const layout = Object.entries({ ...shared, ...Object.fromEntries(Object.entries(own).map(([key, name]) => [key, path.join(folder, name)])) })
  return {
    command: ['/usr/bin/traffic_server', `--run-root=${path.join(folder, 'runroot.yaml')}`],
    folders: Object.values(own),
    files: {
      'runroot.yaml': layout.map(([key, value]) => `${key}: ${value}\n`).join(''),
      'etc/records.config': [
        `CONFIG proxy.config.http.server_ports STRING ${port}:ip-in=127.0.0.1`,
        `CONFIG proxy.config.http.keep_alive_no_activity_timeout_out INT ${idleMs / 1000}`,
        'CONFIG proxy.config.http.cache.http INT 0',
        'CONFIG proxy.config.admin.user_id STRING #-1',
        'CONFIG proxy.config.exec_thread.autoconfig INT 0',
        'CONFIG proxy.config.exec_thread.limit INT 1',
        'CONFIG proxy.config.log.logging_enabled INT 0', ''].join('\n'),
      'etc/remap.config': `map / http://127.0.0.1:${backend}/\n`,
      'etc/storage.config': 'cache 16M\n',
      'etc/ip_allow.yaml': 'ip_allow:\n  - apply: in\n    ip_addrs: 127.0.0.1\n    action: allow\n    methods: ALL\n',
      'etc/plugin.config': ''
    }
  }
}

function haproxy ({ folder, port, backend }) {
  return {
    command: ['/usr/sbin/haproxy', '-db', '-f', path.join(folder, 'haproxy.cfg')],
    files: {
      'haproxy.cfg': `global
  maxconn 1000
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend in
  bind 127.0.0.1:${port}
  default_backend node
backend node
  http-reuse always
  server node 127.0.0.1:${backend}
`
    }
  }
}

function apache ({ folder, port, backend, idleMs }) {
  const modules = '/usr/lib/apache2/modules'
  return {
    command: ['/usr/sbin/apache2', '-DFOREGROUND', '-d', folder, '-f', 'apache.conf'],
    files: {
      'apache.conf': `ServerName localhost
        LoadModule mpm_event_module ${modules}/mod_mpm_event.so
        LoadModule authz_core_module ${modules}/mod_authz_core.so
        LoadModule proxy_module ${modules}/mod_proxy.so
        LoadModule proxy_http_module ${modules}/mod_proxy_http.so
        Listen 127.0.0.1:${port}
        PidFile apache.pid
        ErrorLog /dev/null
        StartServers 1
        ServerLimit 1
        ThreadsPerChild 64
        MaxRequestWorkers 64
        ProxyPass / http://127.0.0.1:${backend}/ ttl=${idleMs / 1000}
      `
    }
  }
}

const proxies = { nginx, caddy, varnish, trafficserver, haproxy, apache }

async function freePort () {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function isListening (port) {
  const socket = net.connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** Starts proxy `name` in front of `backend`; resolves with { port, stop() } when it listens. */
async function startProxy (name, { backend, idleMs }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `lbst-${name}-`))
  const port = await freePort()
  const { command, files, folders = [], env = {} } = proxies[name]({ folder, port, backend, idleMs })
  for (const sub of folders) fs.mkdirSync(path.join(folder, sub))
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.resolve(folder, file), text)
  const child = spawn(command[0], command.slice(1), { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => { stderr = (stderr + chunk).slice(-2000) })
  const ended = once(child, 'exit')
  const deadline = Date.now() + startMs
  while (!await isListening(port)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`${name} does not listen: ${stderr}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    port,
    async stop () {
      child.kill(name === 'apache' ? 'SIGTERM' : 'SIGKILL')
      await ended
      fs.rmSync(folder, { recursive: true, force: true })
    }
  }
}

module.exports = { startProxy, installed: (name) => fs.existsSync(proxies[name]({ folder: os.tmpdir(), port: 1, backend: 1, idleMs: 1000 }).command[0]) }
