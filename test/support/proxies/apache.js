'use strict'

// mod_proxy sends no request twice. It looks at ttl when a connection would be used again, and
// has no timer that closes one.

const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'proxy_balancer', 'lbmethod_byrequests', 'slotmem_shm']

function configure ({ folder, port, upstreams, routing, idleMs, tls }) {
  const scheme = tls ? 'https' : 'http'
  // one failed connect does not take the only upstream out for a minute
  const isBalanced = routing === 'balance' && upstreams.length > 1
  const params = `ttl=${idleMs / 1000} retry=${isBalanced ? 1 : 0}`
  const passes = !isBalanced
    ? upstreams.map((address, lane) => {
      const path = routing === 'lanes' ? `/${lane}/` : '/'
      return `ProxyPass "${path}" "${scheme}://${address}${path}" ${params}`
    }).join('\n')
    : `<Proxy "balancer://all">
${upstreams.map((address) => `  BalancerMember "${scheme}://${address}" ${params}`).join('\n')}
</Proxy>
ProxyPass "/" "balancer://all/"`
  return {
    command: ['apache2', '-DFOREGROUND', '-d', folder, '-f', 'apache.conf'],
    files: {
      'apache.conf': `ServerRoot "${folder}"
ServerName localhost
PidFile "${folder}/apache.pid"
DefaultRuntimeDir "${folder}"
Mutex pthread
Listen 127.0.0.1:${port}
ErrorLog "${folder}/error.log"
${[...modules, ...(tls ? ['ssl'] : [])].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
StartServers 1
ServerLimit 2
MinSpareThreads 1
MaxSpareThreads 256
ThreadLimit 256
ThreadsPerChild 256
MaxRequestWorkers 256
AsyncRequestWorkerFactor 8
KeepAlive On
KeepAliveTimeout 3600
MaxKeepAliveRequests 0
Timeout 60
${tls ? 'SSLProxyEngine on\nSSLProxyVerify none\nSSLProxyCheckPeerCN off\nSSLProxyCheckPeerName off\nSSLProxyCheckPeerExpire off' : ''}
${passes}
`
    }
  }
}

module.exports = {
  name: 'Apache httpd',
  program: 'apache2',
  versionArgs: ['-v'],
  retriesOff: null,
  hop: (idleTimeoutMs) => ({ id: 'apache-httpd', idleTimeoutMs }),
  reload: 'SIGUSR1',
  closes: (idleMs) => [idleMs, idleMs],
  configure
}
