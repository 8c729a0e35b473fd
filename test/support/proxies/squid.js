'use strict'

// It opens a new connection for a POST, or takes one that it opened in advance (standby=N).
// Its idle timers act up to a second early or late.

function configure ({ folder, port, upstreams, routing, retries, idleMs, tls, standby }) {
  const peers = upstreams.map((address, lane) => {
    const [host, port] = address.split(':')
    const name = `lane${lane}`
    const options = ['no-query', 'no-digest', 'no-netdb-exchange', 'originserver', `name=${name}`,
      ...(routing === 'lanes' ? [] : ['round-robin']),
      ...(standby > 0 ? [`standby=${standby}`, 'max-conn=64'] : []),
      ...(tls ? ['tls', 'tls-options=NORMAL:-VERS-TLS1.3'] : [])]
    const peer = `cache_peer ${host} parent ${port} 0 ${options.join(' ')}\n`
    if (routing !== 'lanes') return peer
    return `${peer}acl ${name} urlpath_regex ^/${lane}/\ncache_peer_access ${name} allow ${name}\ncache_peer_access ${name} deny all\n`
  })
  return {
    // its shared memory is named after the service: two of them, or one that was killed, would meet
    command: ['squid', '-N', '-n', `lbst${port}`, '-f', `${folder}/squid.conf`],
    files: {
      'squid.conf': `http_port 127.0.0.1:${port} accel defaultsite=127.0.0.1 no-vhost
${peers.join('')}http_access allow all
never_direct allow all
cache deny all
client_idle_pconn_timeout 1 hour
server_idle_pconn_timeout ${idleMs / 1000} seconds
${retries === 'off' ? 'forward_max_tries 1' : ''}
pid_filename none
cache_log ${folder}/error.log
access_log none
coredump_dir ${folder}
pinger_enable off
dns_nameservers 127.0.0.1
shutdown_lifetime 0 seconds
`
    }
  }
}

module.exports = {
  name: 'Squid',
  program: 'squid',
  versionArgs: ['-v'],
  retriesOff: 'forward_max_tries 1',
  hop: (idleTimeoutMs) => ({ id: 'squid', idleTimeoutMs }),
  closes: (idleMs) => [idleMs - 1000, idleMs + 900],
  configure
}
