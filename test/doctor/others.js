'use strict'

// doctor against servers that are not Node: nginx, Apache and Caddy, each with timeouts that
// are known from its configuration.

const path = require('node:path')
const { examine } = require('../../lib/doctor')
const { createTarget } = require('../../lib/doctor/target')
const { choosePort, findProgram, host, runProcess } = require('../support/proxies/process')

const connections = 5
const limitMs = 4500
const lbMs = 3000

// Their timers are their own, and the machine is busy: a close is where it belongs when it is
// not more than this from the configured time. nginx is later with the first header than with
// all else. The next time in each configuration is 500 ms away.
const earlyMs = 100
const lateMs = 400

// keepMs is what a server is told to keep an idle connection for
const nginx = (keepMs) => ({
  name: `nginx, keepalive_timeout ${keepMs}ms`,
  binary: 'nginx',
  args: (dir) => ['-p', dir, '-c', 'nginx.conf'],
  files: (port) => ({
    'nginx.conf': `daemon off; master_process off; pid nginx.pid; error_log error.log;
events { worker_connections 256; }
http {
  access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  keepalive_timeout ${keepMs}ms; client_header_timeout 2500ms;
  server { listen ${host}:${port}; location / { return 200 ok; } }
}
`
  }),
  idleMs: keepMs,
  unusedMs: 2500,
  headersMs: 2500
})

const apache = (keepMs) => ({
  name: `Apache, KeepAliveTimeout ${keepMs}ms`,
  binary: 'apache2',
  args: (dir) => ['-d', dir, '-f', path.join(dir, 'httpd.conf'), '-D', 'FOREGROUND'],
  files: (port, dir) => ({
    'httpd.conf': `ServerName ${host}
Listen ${host}:${port}
PidFile ${dir}/httpd.pid
ErrorLog ${dir}/error.log
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
DocumentRoot ${dir}
DefaultRuntimeDir ${dir}
StartServers 1
ThreadsPerChild 25
KeepAlive On
KeepAliveTimeout ${keepMs}ms
Timeout 2
`,
    'index.html': 'ok'
  }),
  path: '/index.html',
  idleMs: keepMs
})

const caddy = (keepMs) => ({
  name: `Caddy, idle ${keepMs}ms`,
  binary: 'caddy',
  args: (dir) => ['run', '--config', path.join(dir, 'Caddyfile'), '--adapter', 'caddyfile'],
  files: (port) => ({
    Caddyfile: `{
  admin off
  auto_https off
  servers {
    timeouts {
      idle ${keepMs}ms
      read_header 2500ms
    }
  }
}
http://${host}:${port} {
  bind ${host}
  respond "ok"
}
`
  }),
  idleMs: keepMs,
  unusedMs: 2500,
  headersMs: 2500
})

const servers = [nginx(1500), nginx(3500), apache(1500), apache(3500), caddy(1500), caddy(3500)]

async function start (server) {
  if (findProgram(server.binary) === undefined) return null
  const port = await choosePort()
  const running = await runProcess('doctor', (folder) => ({ command: [server.binary, ...server.args(folder)], files: server.files(port, folder), ports: [port] }))
  return { port, stop: running.stop }
}

function judge (server, report) {
  const wrong = []
  const tooShort = [server.idleMs, server.unusedMs].some((ms) => ms !== undefined && ms < lbMs)
  for (const state of ['unused', 'idle', 'headers']) {
    const expectedMs = server[`${state}Ms`]
    if (expectedMs === undefined) continue
    const { minMs, maxMs, verdict, ends } = report.states[state]
    if (minMs === null || minMs < expectedMs - earlyMs || maxMs > expectedMs + lateMs) wrong.push(`${state} closed after ${minMs} to ${maxMs} ms, configured ${expectedMs} (${JSON.stringify(ends)})`)
    const early = expectedMs < lbMs
    const expected = !early ? 'safe' : state === 'headers' ? 'limited' : 'unsafe'
    if (verdict !== expected) wrong.push(`${state} ${verdict}, not ${expected}`)
  }
  if (tooShort && report.verdict !== 'unsafe') wrong.push(`verdict ${report.verdict}, not unsafe`)
  return wrong
}

/** Measures all of them; false when one was not as configured, or is not installed. */
async function runOthers () {
  let good = true
  for (const server of servers) {
    const running = await start(server)
    if (running === null) {
      console.log(`not ok ${server.name}: ${server.binary} is not installed`)
      good = false
      continue
    }
    try {
      const report = await examine(createTarget(`http://${host}:${running.port}`, server.path), { lb: { id: null, name: 'the test', idleTimeoutMs: lbMs }, connections, limitMs, race: false, signal: new AbortController().signal })
      const wrong = judge(server, report)
      const told = Object.entries(report.states).map(([state, { minMs, maxMs, ends, verdict }]) => {
        const how = Object.entries(ends).filter(([, count]) => count > 0).map(([end]) => end).join('/')
        return `${state} ${minMs === null ? '–' : `${minMs.toFixed(0)} to ${maxMs.toFixed(0)} ms`} ${how} ${verdict}`
      }).join('; ')
      console.log(`${wrong.length === 0 ? 'ok' : 'not ok'} ${server.name}: ${report.verdict}; ${told}`)
      for (const why of wrong) console.log(`  ${why}`)
      good = good && wrong.length === 0
    } finally {
      await running.stop()
    }
  }
  return good
}

module.exports = { runOthers }
