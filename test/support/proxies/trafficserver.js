'use strict'

// Its idle timers act up to a second late.

const path = require('node:path')

const shared = { prefix: '/usr', exec_prefix: '/usr', bindir: '/usr/bin', sbindir: '/usr/sbin', includedir: '/usr/include', libdir: '/usr/lib', libexecdir: '/usr/lib' }
const own = { sysconfdir: 'etc', datadir: 'data', localstatedir: 'var', runtimedir: 'run', logdir: 'log', cachedir: 'cache' }

function configure ({ folder, port, upstreams, routing, retries, idleMs, tls }) {
  const scheme = tls ? 'https' : 'http'
  const layout = { ...shared, ...Object.fromEntries(Object.entries(own).map(([key, name]) => [key, path.join(folder, name)])) }
  if (routing !== 'lanes' && upstreams.length > 1) throw new Error('Traffic Server balances by a plugin, which is not used here')
  const maps = upstreams.map((address, lane) => {
    const prefix = routing === 'lanes' ? `/${lane}/` : '/'
    return `map ${prefix} ${scheme}://${address}${prefix}\n`
  })
  const settings = {
    'http.server_ports': `STRING ${port}:ip-in=127.0.0.1`,
    'http.keep_alive_no_activity_timeout_out': `INT ${idleMs / 1000}`,
    'http.keep_alive_no_activity_timeout_in': 'INT 3600',
    'http.cache.http': 'INT 0',
    'http.insert_request_via_str': 'INT 0',
    ...(retries === 'off' ? { 'http.connect_attempts_max_retries': 'INT 0', 'http.connect_attempts_rr_retries': 'INT 0' } : {}),
    'ssl.client.verify.server.policy': 'STRING DISABLED',
    'admin.user_id': 'STRING #-1',
    'exec_thread.autoconfig': 'INT 0',
    'exec_thread.limit': 'INT 1',
    'log.logging_enabled': 'INT 0'
  }
  return {
    command: ['traffic_server', `--run-root=${path.join(folder, 'runroot.yaml')}`],
    folders: Object.values(own),
    files: {
      'runroot.yaml': Object.entries(layout).map(([key, value]) => `${key}: ${value}\n`).join(''),
      'etc/records.config': Object.entries(settings).map(([key, value]) => `CONFIG proxy.config.${key} ${value}\n`).join(''),
      'etc/remap.config': maps.join(''),
      'etc/storage.config': 'cache 16M\n',
      'etc/ip_allow.yaml': 'ip_allow:\n  - apply: in\n    ip_addrs: 127.0.0.1\n    action: allow\n    methods: ALL\n',
      'etc/plugin.config': ''
    }
  }
}

module.exports = {
  name: 'Traffic Server',
  program: 'traffic_server',
  versionArgs: ['-V'],
  retriesOff: 'connect_attempts_max_retries 0',
  hop: (idleTimeoutMs) => ({ id: 'apache-traffic-server', idleTimeoutMs }),
  closes: (idleMs) => [idleMs, idleMs + 1000],
  configure
}
