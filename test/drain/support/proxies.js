'use strict'

// Real proxies in front of two backends, with their default retries: a refused connect goes
// to the other backend, a request that was sent is never sent again unless it is idempotent.
// Caddy 2.6 cannot do the first for a request with a body (its transport closes the body
// when a connect is refused), so it gets health checks, and what it lost in that way is
// counted apart.

const { spawn, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const { setTimeout: wait } = require('node:timers/promises')

// a proxy is up within some 100 ms; this long means that it hangs
const readyMsMax = 10000
const readyPollMs = 20

const proxies = {
  nginx: {
    command: ['nginx', '-p', '.', '-c', 'nginx.conf', '-e', 'error.log'],
    file: 'nginx.conf',
    config: ({ port, backends }) => `daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  keepalive_requests 1000000;
  keepalive_timeout 60s;
  upstream backends {
${backends.map((address) => `    server ${address} max_fails=0;`).join('\n')}
    keepalive 64;
    keepalive_requests 1000000;
    keepalive_timeout 60s;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://backends;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`
  },
  haproxy: {
    command: ['haproxy', '-db', '-f', 'haproxy.cfg'],
    file: 'haproxy.cfg',
    config: ({ port, backends }) => `global
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout http-keep-alive 60s
  retries 3
  option redispatch 1
frontend front
  bind 127.0.0.1:${port}
  default_backend backends
backend backends
  balance roundrobin
${backends.map((address, i) => `  server backend${i} ${address}`).join('\n')}
`
  },
  caddy: {
    command: ['caddy', 'run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    file: 'Caddyfile',
    refused: /invalid Read on closed Body/g,
    config: ({ port, backends }) => `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy ${backends.join(' ')} {
    lb_policy random
    health_uri /ready
    health_interval 50ms
    health_timeout 1s
    lb_try_duration 10s
    lb_try_interval 10ms
    transport http {
      keepalive 60s
      keepalive_idle_conns_per_host 64
    }
  }
}
`
  },
  apache: {
    command: ['apache2', '-d', '.', '-f', 'apache.conf', '-DFOREGROUND'],
    file: 'apache.conf',
    config: ({ port, backends, folder }) => `ServerRoot "${folder}"
ServerName test
PidFile "${folder}/apache.pid"
DefaultRuntimeDir "${folder}"
Mutex pthread
Listen 127.0.0.1:${port}
ErrorLog "${folder}/error.log"
${['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'proxy_balancer', 'lbmethod_byrequests', 'slotmem_shm'].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
StartServers 1
ServerLimit 2
MinSpareThreads 1
MaxSpareThreads 256
ThreadsPerChild 128
MaxRequestWorkers 128
KeepAlive On
KeepAliveTimeout 60
MaxKeepAliveRequests 0
<Proxy "balancer://backends">
${backends.map((address) => `  BalancerMember "http://${address}" retry=1`).join('\n')}
</Proxy>
ProxyPass "/" "balancer://backends/"
`
  }
}

async function isUp (port) {
  const socket = net.connect(port, '127.0.0.1')
  return new Promise((resolve) => {
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
  }).finally(() => socket.destroy())
}

/** Starts the proxy `name` on `port`. Resolves to { countRefused(), log(), stop() }. */
async function startProxy (name, { port, backends }) {
  const { command: [program, ...args], file, config } = proxies[name]
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `lbst-${name}-`))
  fs.chmodSync(folder, 0o755)
  fs.writeFileSync(path.join(folder, file), config({ port, backends, folder }))
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, PATH: `${process.env.PATH}:/usr/sbin` }
  const out = fs.openSync(path.join(folder, 'out.log'), 'w')
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', out, out] })
  const exited = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  const log = () => ['out.log', 'error.log'].map((log) => {
    try {
      return fs.readFileSync(path.join(folder, log), 'utf8')
    } catch {
      return ''
    }
  }).join('')

  const endMs = performance.now() + readyMsMax
  while (!(await isUp(port))) {
    if (performance.now() > endMs || child.exitCode !== null) throw new Error(`${name} did not start: ${log()}`)
    await wait(readyPollMs)
  }

  async function stop () {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), readyMsMax)
    await exited
    clearTimeout(timer)
    fs.closeSync(out)
    fs.rmSync(folder, { recursive: true, force: true })
  }

  /** Requests that were never sent, because a connect was refused and the proxy gave up. */
  const countRefused = () => (proxies[name].refused === undefined ? 0 : log().match(proxies[name].refused)?.length ?? 0)

  return { countRefused, log, stop }
}

/** Which of the proxies are installed here. */
function installedProxies () {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
  return Object.keys(proxies).filter((name) => {
    const { error } = spawnSync(proxies[name].command[0], [name === 'caddy' ? 'version' : '-v'], { env })
    return error === undefined
  })
}

module.exports = { installedProxies, startProxy, proxyNames: Object.keys(proxies) }
