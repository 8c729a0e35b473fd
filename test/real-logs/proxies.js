'use strict'

// Configurations of real proxies, and for each request what its log lines must be judged as.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

function write (dir, name, text) {
  fs.writeFileSync(path.join(dir, name), text)
  return path.join(dir, name)
}

// what a client may ask for
const forged = '/static/%22upstream%20prematurely%20closed%20connection%20while%20reading%20response%20header%20from%20upstream'
const forgedApache = '/static/AH01102:%20error%20reading%20status%20line%20from%20remote%20server%20x:1'

const upFormat = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" ua=$upstream_addr us=$upstream_status ut=$upstream_response_time uc=$upstream_connect_time uh=$upstream_header_time ul=$upstream_response_length'
const ingressFormat = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$up_name] [] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $request_id'

function nginx ({ dir, ports }) {
  const conf = write(dir, 'nginx.conf', `daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/error.log info;
events {}
http {
  log_format up '${upFormat}';
  log_format ingress '${ingressFormat}';
  access_log ${dir}/up.log up;
  access_log ${dir}/ingress.log ingress;
  access_log ${dir}/combined.log combined;
  client_body_temp_path ${dir}/a; proxy_temp_path ${dir}/b; fastcgi_temp_path ${dir}/c; uwsgi_temp_path ${dir}/d; scgi_temp_path ${dir}/e;
  upstream node { server 127.0.0.1:${ports.upstream} max_fails=0; keepalive 4; }
  server {
    listen 127.0.0.1:${ports.front};
    set $up_name default-node-3000;
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_read_timeout 2s;
    location / { proxy_pass http://node; }
    location /refused { proxy_pass http://127.0.0.1:${ports.dead}; }
    location /static { root ${dir}; }
    location /big { proxy_pass http://node; proxy_buffers 4 4k; proxy_buffer_size 4k; proxy_busy_buffers_size 8k; limit_rate 4m; }
    location /race-page { proxy_pass http://node; error_page 502 /200; }
    location /race-covered { proxy_pass http://node; error_page 502 =200 /200; }
    location /502-page { proxy_pass http://node; proxy_intercept_errors on; error_page 502 /200; }
    location /404-page { proxy_pass http://node; proxy_intercept_errors on; error_page 404 /200; }
  }
}
`)
  const error = (verdict) => ({ 'nginx-error': verdict })
  const all = (verdict, more) => ({ up: verdict, ingress: verdict, ...more })
  return {
    command: 'nginx',
    args: ['-c', conf, '-p', dir],
    logs: [
      { name: 'up', file: 'up.log', options: { logFormat: upFormat } },
      { name: 'ingress', file: 'ingress.log', options: {} },
      { name: 'combined', file: 'combined.log', options: { format: 'nginx-access' } },
      { name: 'nginx-error', file: 'error.log', options: {} }
    ],
    requests: [
      { method: 'GET', path: '/200', verdicts: all('ok', { combined: 'ok' }) },
      { method: 'GET', path: '/race', warm: true, verdicts: all('repaired-race', { ...error('keep-alive-race'), combined: 'ok' }) },
      { method: 'POST', path: '/race', warm: true, verdicts: all('keep-alive-race', { ...error('keep-alive-race'), combined: 'other' }) },
      { method: 'POST', path: '/race-rst', warm: true, verdicts: all('keep-alive-race', error('keep-alive-race')) },
      { method: 'POST', path: '/work', verdicts: all('app-error') },
      { method: 'POST', path: '/slow', verdicts: all('target-timeout', { ...error('target-timeout'), combined: 'target-timeout' }) },
      { method: 'POST', path: '/junk', verdicts: {} },
      // what nginx does after a redirect inside of it is no second try
      { method: 'GET', path: '/accel', verdicts: all('ok', { combined: 'ok' }) },
      { method: 'GET', path: '/404-page', verdicts: all('ok', { combined: 'ok' }) },
      // without the time of the head, a lost answer looks like one that a page replaced: the ingress format
      { method: 'POST', path: '/race-page', warm: true, verdicts: { up: 'keep-alive-race', ingress: 'app-error', ...error('keep-alive-race') } },
      { method: 'POST', path: '/race-covered', warm: true, verdicts: { up: 'keep-alive-race', ingress: 'app-error', ...error('keep-alive-race') } },
      { method: 'POST', path: '/502-page', verdicts: all('app-error') },
      // a warning, of an answer that arrived
      { method: 'GET', path: '/big', verdicts: all('ok', error('other')) },
      { method: 'GET', path: forged, verdicts: all('ok', error('other')) },
      // an access log cannot tell a body that broke off
      { method: 'GET', path: '/half', verdicts: error('mid-response') },
      { method: 'GET', path: '/500', verdicts: all('app-error') },
      { method: 'GET', path: '/502', verdicts: all('app-error') },
      { method: 'GET', path: '/404', verdicts: all('ok') },
      // without a connect time, a refused connection looks like a lost one: the ingress format
      { method: 'GET', path: '/refused', verdicts: { up: 'refused', ...error('refused') } },
      { method: 'GET', path: '/slow', leaveMs: 100, verdicts: all('client-left', error('client-left')) }
    ]
  }
}

function haproxy ({ dir, ports }) {
  const server = `server s1 127.0.0.1:${ports.upstream}`
  const conf = write(dir, 'haproxy.cfg', `global
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option abortonclose
  timeout client 5s
  timeout server 2s
  timeout connect 1s
  retries 1
frontend f
  bind 127.0.0.1:${ports.front}
  use_backend dead if { path /refused }
  default_backend b
backend b
  http-reuse never
  ${server}
backend dead
  retries 0
  server s1 127.0.0.1:${ports.dead}
frontend f2
  bind 127.0.0.1:${ports.second}
  default_backend b2
backend b2
  http-reuse always
  retry-on conn-failure empty-response
  ${server}
`)
  const only = (verdict) => ({ haproxy: verdict })
  return {
    command: 'haproxy',
    args: ['-db', '-f', conf],
    logs: [{ name: 'haproxy', file: 'stdout', options: { format: 'haproxy' } }],
    requests: [
      { method: 'GET', path: '/200', verdicts: only('ok') },
      { method: 'GET', path: '/race', warm: true, port: ports.second, verdicts: only('repaired-race') },
      { method: 'GET', path: '/die', verdicts: only('app-error') },
      { method: 'POST', path: '/work', verdicts: only('app-error') },
      { method: 'POST', path: '/slow', verdicts: only('target-timeout') },
      { method: 'GET', path: '/half', verdicts: only('mid-response') },
      { method: 'GET', path: '/junk', verdicts: only('app-error') },
      { method: 'GET', path: '/500', verdicts: only('app-error') },
      { method: 'GET', path: '/404', verdicts: only('ok') },
      { method: 'GET', path: '/refused', verdicts: only('refused') },
      { method: 'GET', path: '/slow', leaveMs: 100, verdicts: only('client-left') }
    ]
  }
}

function apache ({ dir, ports }, errorLogFormat = '') {
  const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http'].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')
  const conf = write(dir, 'apache.conf', `${modules}
ServerRoot ${dir}
ServerName localhost
DefaultRuntimeDir ${dir}
PidFile ${dir}/pid
Listen 127.0.0.1:${ports.front}
ErrorLog ${dir}/error.log
${errorLogFormat}
LogLevel info
StartServers 1
ServerLimit 1
ThreadsPerChild 4
MaxRequestWorkers 4
ProxyTimeout 2
DocumentRoot ${dir}
<Location /static>
  Require all granted
</Location>
ProxyPass /static !
ProxyPass /refused http://127.0.0.1:${ports.dead}/refused
ProxyPass / http://127.0.0.1:${ports.upstream}/ keepalive=On
`)
  // its lines name no request: they are told by the text that each failure leaves
  const lines = (verdict) => ({ 'apache-error': verdict })
  return {
    command: 'apache2',
    args: ['-f', conf, '-DFOREGROUND'],
    logs: [{ name: 'apache-error', file: 'error.log', options: { format: 'apache-error' }, pathless: { '/race': '(20014)', '/race-rst': '(104)Connection reset', '/slow': '(70007)', '/refused': 'AH00957', '/200': 'AH00489', [forgedApache]: 'AH00128' } }],
    requests: [
      { method: 'GET', path: '/200', verdicts: lines('other') },
      { method: 'POST', path: '/race', warm: true, verdicts: lines('keep-alive-race') },
      { method: 'POST', path: '/race-rst', warm: true, verdicts: lines('keep-alive-race') },
      { method: 'POST', path: '/slow', verdicts: lines('target-timeout') },
      { method: 'GET', path: '/refused', verdicts: lines('refused') },
      { method: 'GET', path: forgedApache, verdicts: lines('other') }
    ]
  }
}

/** The simple example of Apache's manual. */
function apacheSimple (at) {
  return apache(at, 'ErrorLogFormat "[%t] [%l] [pid %P] %F: %E: [client %a] %M"')
}

/* The backend's side of Varnish: src/core/layout.c has the same. */
const varnishFormat = '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-agent}i" %{Varnish:time_firstbyte}x %{VSL:BereqAcct[2]}x %{VSL:BackendOpen[3]}x:%{VSL:BackendOpen[4]}x %{VSL:BackendOpen[7]}x "%{VSL:FetchError}x"'

function varnish ({ dir, ports }) {
  const conf = write(dir, 'node.vcl', `vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "${ports.upstream}"; .first_byte_timeout = 2s; }
backend dead { .host = "127.0.0.1"; .port = "${ports.dead}"; }
backend sick { .host = "127.0.0.1"; .port = "${ports.dead}"; .probe = { .initial = 0; } }
sub vcl_recv {
  if (req.url ~ "^/refused") { set req.backend_hint = dead; }
  if (req.url ~ "^/sick") { set req.backend_hint = sick; }
  if (req.url ~ "^/204") { return (pipe); }
  return (pass);
}
`)
  const run = path.join(dir, 'run')
  const only = (verdict) => ({ varnish: verdict })
  return {
    command: 'varnishd',
    args: ['-F', '-j', 'none', '-n', run, '-a', `127.0.0.1:${ports.front}`, '-f', conf, '-s', 'malloc,16m'],
    // what the shared memory holds, once all is over
    collect: () => write(dir, 'varnish.log', execFileSync('varnishncsa', ['-d', '-n', run, '-b', '-F', varnishFormat])),
    logs: [{ name: 'varnish', file: 'varnish.log', options: {}, url: `http://127.0.0.1:${ports.front}` }],
    requests: [
      { method: 'GET', path: '/200', verdicts: only('ok') },
      { method: 'GET', path: '/race', warm: true, verdicts: only('repaired-race') },
      { method: 'POST', path: '/race', warm: true, verdicts: only('keep-alive-race') },
      { method: 'POST', path: '/race-rst', warm: true, verdicts: only('keep-alive-race') },
      // closed on a fresh connection, too
      { method: 'GET', path: '/die', warm: true, verdicts: only('app-error') },
      { method: 'POST', path: '/work', verdicts: only('app-error') },
      { method: 'POST', path: '/slow', verdicts: only('target-timeout') },
      { method: 'GET', path: '/half', verdicts: only('mid-response') },
      { method: 'GET', path: '/junk', verdicts: only('app-error') },
      { method: 'GET', path: '/500', verdicts: only('app-error') },
      { method: 'GET', path: '/503', verdicts: only('app-error') },
      { method: 'GET', path: '/404', verdicts: only('ok') },
      { method: 'GET', path: '/refused', verdicts: only('refused') },
      { method: 'GET', path: '/sick', verdicts: only('refused') },
      // a pipe ends with its connection, and its record comes then
      { method: 'GET', path: '/204', verdicts: {} }
    ]
  }
}

module.exports = { nginx, haproxy, apache, 'apache-simple': apacheSimple, varnish }
