'use strict'

// Small inputs at the edges of each reader: what a setting means when it is 0, off, missing,
// spelt the other way, or no value at all. `hops` are [id, role, idleTimeoutMs | 'unbounded',
// drainMs]; `error` is what the message says, with `code` where it is not LBST_E_BAD_METADATA.

const azureRule = { frontendPort: 80, name: 'r' }
const ingress = (annotations, spec = {}) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'i', annotations }, spec })
const service = (annotations) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', annotations } })
const configMap = (name, data, labels) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data })
const rule = (trafficPolicy, more) => ({ apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'd' }, spec: { trafficPolicy, ...more } })
const terraform = (...resources) => ({ format_version: '1.0', values: { root_module: { resources: resources.map(([type, values]) => ({ type, address: `${type}.x`, values })) } } })
const oci = (listeners) => ({ 'backend-sets': {}, listeners })
const akamai = (...options) => ({ rules: { name: 'default', behaviors: options.map((option) => ({ name: 'persistentConnection', options: option })), children: [] } })
const kong = (configuration) => ({ tagline: 'Welcome to kong', configuration })
const ats = (...lines) => lines.map((line) => `CONFIG proxy.config.${line}`).join('\n')
const atsYaml = (http) => `records:\n  http:\n${Object.entries(http).map(([key, value]) => `    ${key}: ${value}`).join('\n')}\n`
const varnishJson = (...params) => [2, ['param.show', '-j'], 1700000000.1, ...params]
const cf = (resources, parameters) => ({ AWSTemplateFormatVersion: '2010-09-09', Parameters: parameters, Resources: resources })

const squid = (...lines) => ['http_port 3128', 'cache_peer a parent 80 0', ...lines].join('\n')
const caddyfile = (...lines) => `example.com {\n\treverse_proxy localhost:3000 {\n${lines.map((line) => '\t\t' + line).join('\n')}\n\t}\n}\n`
const caddy = (transport) => ({ apps: { http: { servers: { a: { routes: [{ handle: [{ handler: 'reverse_proxy', transport }] }] } } } } })
const envoy = (...clusters) => ({ static_resources: { clusters } })
const cluster = (idle, more) => ({ name: 'c', common_http_protocol_options: { idle_timeout: idle }, ...more })
const traefik = (serversTransport, more) => ({ entryPoints: { web: { address: ':80' } }, serversTransport, ...more })
const idleConn = (idleConnTimeout) => traefik({ forwardingTimeouts: { idleConnTimeout } })
const nginx = (...lines) => `http {\n  upstream a {\n    server 127.0.0.1:1;\n    ${lines.join('\n    ')}\n  }\n  server { location / { proxy_pass http://a; proxy_http_version 1.1; proxy_set_header Connection ""; } }\n}\n`
const haproxy = (...lines) => ['defaults', '  mode http', ...lines.map((line) => '  ' + line), 'backend b', '  server s 127.0.0.1:1'].join('\n')

module.exports = [
  // Squid
  { what: 'squid: minutes', input: squid('server_idle_pconn_timeout 2 minutes'), hops: [['squid', 'pool-owner', 120000]] },
  { what: 'squid: the old name', input: squid('pconn_timeout 90 seconds', 'client_idle_pconn_timeout 1 hour'), hops: [['squid', 'pool-owner', 90000]] },
  { what: 'squid: a bare number is seconds', input: squid('server_idle_pconn_timeout 45'), hops: [['squid', 'pool-owner', 45000]] },
  { what: 'squid: 0', input: squid('server_idle_pconn_timeout 0'), hops: [['squid', 'not-pooling', null]] },
  { what: 'squid: off', input: squid('server_persistent_connections off'), hops: [['squid', 'not-pooling', null]] },
  { what: 'squid: a unit that nobody knows', input: squid('server_idle_pconn_timeout 1 jiffy'), error: /input:3.*'1 jiffy'/ },
  { what: 'squid: too many words', input: squid('server_idle_pconn_timeout 1 minute or so'), error: /time such as '1 minute'/ },

  // Caddy
  { what: 'caddy: a Caddyfile\'s keepalive', input: caddyfile('transport http {', 'keepalive 30s', '}'), hops: [['caddy', 'pool-owner', 30000]] },
  { what: 'caddy: off', input: caddyfile('transport http {', 'keepalive off', '}'), hops: [['caddy', 'not-pooling', null]] },
  { what: 'caddy: one part of it drops the default', input: caddyfile('transport http {', 'keepalive_idle_conns 5', '}'), hops: [['caddy', 'pool-owner', 'unbounded']] },
  { what: 'caddy: no duration', input: caddyfile('transport http {', 'keepalive soon', '}'), error: /input:4.*'soon'/ },
  { what: 'caddy: a transport of another kind', input: caddyfile('transport fastcgi {', 'keepalive 1s', '}'), hops: [] },
  { what: 'caddy: words on two lines, and a placeholder', input: 'example.com {\n\treverse_proxy \\\n\t\t{$UPSTREAM} {\n\t\theader_up X "a \\" b"\n\t}\n}\n', hops: [['caddy', 'pool-owner', 120000]] },
  { what: 'caddy: servers of the global options', input: '{\n\tservers {\n\t\ttimeouts {\n\t\t\tidle 1m\n\t\t}\n\t}\n}\n:80 {\n\treverse_proxy a:1\n}\n', hops: [['caddy', 'pool-owner', 120000]] },
  { what: 'caddy: a block without an end', input: 'example.com {\n\treverse_proxy a:1 {\n', error: /no end/ },
  { what: 'caddy: a brace too many', input: ':80 {\n\treverse_proxy a:1\n}\n}\n', error: /closes no block/ },
  { what: 'caddy: a string without an end', input: ':80 {\n\treverse_proxy a:1 {\n\t\theader_up X `a\n\t}\n}\n', error: /input:3.*quoted string has no end/ },
  { what: 'caddy: JSON, nanoseconds', input: caddy({ protocol: 'http', keep_alive: { idle_timeout: 30e9 } }), hops: [['caddy', 'pool-owner', 30000]] },
  { what: 'caddy: JSON, 0', input: caddy({ protocol: 'http', keep_alive: { idle_timeout: 0 } }), hops: [['caddy', 'pool-owner', 'unbounded']] },
  { what: 'caddy: JSON, off', input: caddy({ keep_alive: { enabled: false } }), hops: [['caddy', 'not-pooling', null]] },
  { what: 'caddy: JSON, no HTTP', input: caddy({ protocol: 'fastcgi' }), hops: [] },
  { what: 'caddy: JSON, no duration', input: caddy({ keep_alive: { idle_timeout: 'x' } }), error: /duration such as '30s'/ },

  // Envoy
  { what: 'envoy: 0s', input: envoy(cluster('0s')), hops: [['envoy', 'pool-owner', 'unbounded']] },
  { what: 'envoy: half a second', input: envoy(cluster('0.5s')), hops: [['envoy', 'pool-owner', 500]] },
  { what: 'envoy: seconds and nanos', input: envoy(cluster({ seconds: '30', nanos: 500000000 }), cluster({ nanos: 1 }), cluster({ seconds: 5 })), hops: [['envoy', 'pool-owner', 30500], ['envoy', 'pool-owner', 1], ['envoy', 'pool-owner', 5000]] },
  { what: 'envoy: nanos that are none', input: envoy(cluster({ seconds: '30', nanos: -1 })), error: /duration such as '3600s'/ },
  { what: 'envoy: a number', input: envoy(cluster(30)), error: /duration such as '3600s'/ },
  { what: 'envoy: a cluster of its own', input: { name: 'c', type: 'STATIC', connectTimeout: '1s', maxRequestsPerConnection: 1 }, hops: [['envoy', 'not-pooling', null]] },
  { what: 'envoy: a dump\'s elements', input: { configs: [{ '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump.DynamicCluster', cluster: { name: 'outbound|80||a' } }] }, hops: [['istio', 'pool-owner', 3600000]] },
  { what: 'envoy: a dump with the bootstrap alone', input: { configs: [{ '@type': 'type.googleapis.com/envoy.admin.v3.BootstrapConfigDump', bootstrap: envoy(cluster('9s')) }] }, hops: [['envoy', 'pool-owner', 9000]] },
  { what: 'envoy: a dump with neither', input: { configs: [{ '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump' }] }, hops: [] },

  // Traefik
  { what: 'traefik: a number is seconds', input: idleConn(45), hops: [['traefik', 'pool-owner', 45000]] },
  { what: 'traefik: Go\'s way', input: idleConn('1m30.5s'), hops: [['traefik', 'pool-owner', 90500]] },
  { what: 'traefik: 0', input: idleConn('0'), hops: [['traefik', 'pool-owner', 'unbounded']] },
  { what: 'traefik: a unit that nobody knows', input: idleConn('3 parsec'), error: /duration such as '90s'/ },
  { what: 'traefik: no pool', input: traefik({ maxIdleConnsPerHost: -1 }), hops: [['traefik', 'not-pooling', null]] },
  { what: 'traefik: named transports, small letters', input: { http: { serverstransports: { a: { forwardingtimeouts: { idleconntimeout: '5s' } } } } }, format: 'traefik', hops: [['traefik', 'pool-owner', 5000]] },
  { what: 'traefik: services alone', input: { http: { services: { a: {} } } }, hops: [['traefik', 'pool-owner', 90000]] },

  // nginx
  { what: 'nginx: a minute and a half', input: nginx('keepalive 8;', 'keepalive_timeout "1m 30s";'), hops: [['nginx', 'pool-owner', 90000]] },
  { what: 'nginx: keepalive that is no number', input: nginx('keepalive many;'), error: /number of connections.*'many'/ },
  { what: 'nginx: a time that is none', input: nginx('keepalive 8;', 'keepalive_timeout soon;'), error: /time such as 60s.*'soon'/ },
  { what: 'nginx: a missing semicolon before a brace', input: 'http {\n  upstream a {\n    server 127.0.0.1:1\n  }\n}\n', format: 'nginx', error: /has no ';'/ },
  { what: 'nginx: cut off in a statement', input: 'http {\n  upstream a {\n    server 127.0.0.1:1', format: 'nginx', error: /cut off/ },
  { what: 'nginx: Lua with braces and quotes is skipped', input: nginx('keepalive 8;').replace('http {', 'http {\n  init_by_lua_block {\n    local a = { "}" } -- }\n    local b = \'\\\'}\'\n  }'), hops: [['nginx', 'pool-owner', 60000]] },
  { what: 'nginx: Lua without an end', input: 'http {\n  init_by_lua_block {\n  -- cut', format: 'nginx', error: /Lua has no end/ },

  // HAProxy
  { what: 'haproxy: closes, and takes it back', input: haproxy('option http-server-close', 'no option http-server-close'), hops: [['haproxy', 'pool-owner', 'unbounded']] },
  { what: 'haproxy: closes', input: haproxy('option httpclose'), hops: [['haproxy', 'not-pooling', null]] },
  { what: 'haproxy: keeps after all', input: haproxy('option httpclose', 'option http-keep-alive'), hops: [['haproxy', 'pool-owner', 'unbounded']] },

  // what is no metadata
  { what: 'nothing', input: ' \n', error: /is empty/ },
  { what: 'JSON cut off', input: '{"a": [', error: /cut off/ },
  { what: 'YAML that is none', input: 'entryPoints:\n  web: [\nproviders: {', error: /YAML.*cannot be read/ },
  { what: 'TOML that is none', input: '[entryPoints.web]\naddress = \n', format: 'traefik', error: /TOML.*cannot be read/ },
  { what: 'a document of something else', input: { a: 1 }, code: 'LBST_E_UNKNOWN_FORMAT', error: /the document is of no format/ },
  { what: 'a text of something else', input: 'lorem ipsum dolor', code: 'LBST_E_UNKNOWN_FORMAT', error: /the text is of no format/ },
  { what: 'a document of another format than named', input: { apps: { http: {} } }, format: 'envoy', error: /not of format envoy.*looks like caddy/ },

  // Azure
  { what: 'azure: a rule without a number has the default', input: { ...azureRule, idleTimeoutInMinutes: null, loadBalancingRules: [azureRule] }, hops: [['azure-load-balancer', 'l4', 240000]] },
  { what: 'azure: minutes', input: { ...azureRule, idleTimeoutInMinutes: 4, enableTcpReset: true }, hops: [['azure-load-balancer', 'l4', 240000]] },
  { what: 'azure: minutes with a fraction', input: { ...azureRule, idleTimeoutInMinutes: 4.5 }, error: /whole number of minutes/ },
  { what: 'azure: dedicated connections are no pool', input: { backendHttpSettingsCollection: [{ name: 'a', dedicatedBackendConnection: true }, { connectionDraining: { enabled: true, drainTimeoutInSec: 30 } }] }, hops: [['azure-application-gateway', 'not-pooling', null], ['azure-application-gateway', 'pool-owner', null, 30000]] },
  { what: 'azure: draining that is on without a number', input: { backendHttpSettingsCollection: [{ connectionDraining: { enabled: 'yes' } }] }, hops: [['azure-application-gateway', 'pool-owner', null]] },
  { what: 'azure: a flag that is none', input: { backendHttpSettingsCollection: [{ connectionDraining: { enabled: 'perhaps' } }] }, error: /true or false.*perhaps/ },
  { what: 'azure: Front Door, with what is not its idle timeout', input: { name: 'fd', sku: { name: 'Standard_AzureFrontDoor' }, originResponseTimeoutSeconds: 60 }, hops: [['azure-front-door', 'pool-owner', 90000]] },
  { what: 'azure: a list whose second row is something else', input: [{ ...azureRule, idleTimeoutInMinutes: 4 }, { name: 'x' }], hops: [['azure-load-balancer', 'l4', 240000]] },

  // Oracle Cloud
  { what: 'oci: TCP is a flow timer', input: oci({ a: { protocol: 'TCP', 'connection-configuration': { 'idle-timeout': 300 } } }), hops: [['oci-lb', 'l4', 300000]] },
  { what: 'oci: a list in data, in the other spelling, of which one is a balancer', input: { data: [{ backendSets: {}, listeners: { a: { protocol: 'HTTP', connectionConfiguration: { idleTimeout: 60 } } } }, { id: 'x' }] }, length: 1 },
  { what: 'oci: no number', input: oci({ a: { protocol: 'HTTP', 'connection-configuration': { 'idle-timeout': 'long' } } }), error: /number of seconds.*'long'/ },

  // Akamai
  { what: 'akamai: off', input: akamai({ enabled: false, timeout: '300s' }), hops: [['akamai', 'not-pooling', null]] },
  { what: 'akamai: minutes', input: akamai({ enabled: true, timeout: '5m' }), hops: [['akamai', 'pool-owner', 300000]] },
  { what: 'akamai: on, nothing said', input: akamai({ enabled: true }), hops: [['akamai', 'pool-owner', 300000]] },
  { what: 'akamai: a bare number', input: akamai({ enabled: true, timeout: 300 }), error: /duration such as '5m'/ },
  { what: 'akamai: a tree that says nothing', input: { rules: { name: 'default', behaviors: [], children: [{ name: 'c', behaviors: [{ name: 'persistentClientConnection', options: {} }] }] } }, length: 1 },

  // Kong
  { what: 'kong: 0 is no limit', input: kong({ upstream_keepalive_idle_timeout: 0 }), hops: [['kong', 'pool-owner', 'unbounded']] },
  { what: 'kong: a pool of 0', input: kong({ upstream_keepalive_pool_size: 0 }), hops: [['kong', 'not-pooling', null]] },
  { what: 'kong: a pool that is no number', input: kong({ upstream_keepalive_pool_size: 'many' }), error: /upstream_keepalive_pool_size.*'many'/ },
  { what: 'kong: the name of Kong 2.0', input: 'database = off\nproxy_listen = 0.0.0.0:8000\nnginx_upstream_keepalive_timeout = 90s # old\n', hops: [['kong', 'pool-owner', 90000]] },
  { what: 'kong: the environment', input: 'export KONG_DATABASE=off\nKONG_PROXY_LISTEN="0.0.0.0:8000"\nexport KONG_UPSTREAM_KEEPALIVE_IDLE_TIMEOUT=\'45\'\n', hops: [['kong', 'pool-owner', 45000]] },
  { what: 'kong: no number', input: 'database = off\nproxy_listen = 0.0.0.0:8000\nupstream_keepalive_idle_timeout = long\n', error: /input:3.*number of seconds/ },
  { what: 'kong: a line without a value is passed over', input: 'database = off\nproxy_listen = 0.0.0.0:8000\nplugins\n', format: 'kong', hops: [['kong', 'pool-owner', 60000]] },

  // Traffic Server
  { what: 'ats: seconds', input: ats('http.keep_alive_no_activity_timeout_out INT 120'), hops: [['apache-traffic-server', 'pool-owner', 120000]] },
  { what: 'ats: 0 falls back to the inactivity timeout', input: ats('http.keep_alive_no_activity_timeout_out INT 0', 'net.default_inactivity_timeout INT 300'), hops: [['apache-traffic-server', 'pool-owner', 300000]] },
  { what: 'ats: 0 falls back to its default, a day', input: ats('http.keep_alive_no_activity_timeout_out INT 0'), hops: [['apache-traffic-server', 'pool-owner', 86400000]] },
  { what: 'ats: both 0', input: ats('http.keep_alive_no_activity_timeout_out INT 0', 'net.default_inactivity_timeout INT 0'), hops: [['apache-traffic-server', 'pool-owner', 'unbounded']] },
  { what: 'ats: off', input: ats('http.keep_alive_enabled_out INT 0'), hops: [['apache-traffic-server', 'not-pooling', null]] },
  { what: 'ats: no number', input: ats('http.keep_alive_no_activity_timeout_out INT soon'), error: /input:1.*soon/ },
  { what: 'ats: no value', input: ats('http.keep_alive_no_activity_timeout_out INT'), error: /with a value/ },
  { what: 'ats: as traffic_ctl prints it', input: 'proxy.config.http.keep_alive_no_activity_timeout_out: 45\nproxy.config.http.keep_alive_no_activity_timeout_in: 120\n', hops: [['apache-traffic-server', 'pool-owner', 45000]] },
  { what: 'ats: YAML', input: atsYaml({ keep_alive_no_activity_timeout_out: 45, keep_alive_enabled_out: 1 }), hops: [['apache-traffic-server', 'pool-owner', 45000]] },
  { what: 'ats: YAML, off', input: atsYaml({ keep_alive_enabled_out: 'false' }), hops: [['apache-traffic-server', 'not-pooling', null]] },
  { what: 'ats: YAML, a list', input: atsYaml({ keep_alive_no_activity_timeout_out: '[1]' }), error: /a value/ },
  { what: 'ats: dotted names', input: { 'proxy.config.http.keep_alive_no_activity_timeout_out': '30', other: 1 }, hops: [['apache-traffic-server', 'pool-owner', 30000]] },

  // Varnish
  { what: 'varnish: JSON, a default', input: varnishJson({ name: 'backend_idle_timeout', default: '60.000' }, { name: 'timeout_idle', value: '5' }), hops: [['varnish', 'pool-owner', 60000]] },
  { what: 'varnish: JSON without it', input: varnishJson({ name: 'timeout_idle', value: '5' }), hops: [['varnish', 'pool-owner', 60000]] },
  { what: 'varnish: one parameter over lines', input: 'backend_idle_timeout\n        Value is: 20.000 [seconds]\n        Default is: 60.000\n', hops: [['varnish', 'pool-owner', 20000]] },
  { what: 'varnish: the command line', input: 'varnishd -a :80 -p backend_idle_timeout=45 -p timeout_idle=5\n', hops: [['varnish', 'pool-owner', 45000]] },
  { what: 'varnish: a unit', input: 'varnishd -a :80 -p backend_idle_timeout=2m\n', hops: [['varnish', 'pool-owner', 120000]] },
  { what: 'varnish: 0 says nothing', input: 'backend_idle_timeout   0.000 [seconds]\nfirst_byte_timeout 60\ntimeout_linger 0.05\n', hops: [['varnish', 'pool-owner', 60000]] },
  { what: 'varnish: no number', input: 'varnishd -a :80 -p backend_idle_timeout=x\n', error: /backend_idle_timeout.*'x'/ },

  // Google Cloud
  { what: 'gcloud: an internal passthrough balancer', input: { kind: 'compute#backendService', name: 'b', loadBalancingScheme: 'INTERNAL', protocol: 'TCP' }, hops: [[null, 'l4', null]] },
  { what: 'gcloud: an external passthrough balancer', input: { kind: 'compute#backendService', name: 'b', loadBalancingScheme: 'EXTERNAL', protocol: 'UDP', connectionDraining: { drainingTimeoutSec: 10 } }, hops: [[null, 'l4', null, 10000]] },
  { what: 'gcloud: internal, layer 7', input: { kind: 'compute#backendService', name: 'b', loadBalancingScheme: 'INTERNAL_MANAGED', protocol: 'HTTP', timeoutSec: 30 }, hops: [['gcp-internal-alb', 'pool-owner', 600000]] },
  { what: 'gcloud: what is left out is external HTTP', input: [{ kind: 'compute#backendService' }, { kind: 'compute#urlMap' }], hops: [['gcp-external-alb', 'pool-owner', 600000]] },
  { what: 'gcloud: the proxy\'s keep-alive is the client\'s', input: { kind: 'compute#targetHttpProxy', name: 'p' }, hops: [['gcp-external-alb', 'pool-owner', 600000]] },

  // CloudFormation
  { what: 'cloudformation: a parameter\'s default', input: cf({ a: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: { Ref: 'T' } }] } } }, { T: { Type: 'Number', Default: 90 } }), hops: [['aws-alb', 'pool-owner', 90000]] },
  { what: 'cloudformation: a parameter without one', input: cf({ a: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: { Ref: 'T' } }] } } }, { T: { Type: 'Number' } }), length: 1 },
  { what: 'cloudformation: a gateway balancer is none of ours', input: cf({ a: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Type: 'gateway' } } }), hops: [] },
  { what: 'cloudformation: Elastic Beanstalk', input: cf({ a: { Type: 'AWS::ElasticBeanstalk::Environment', Properties: { OptionSettings: [{ Namespace: 'aws:elbv2:loadbalancer', OptionName: 'IdleTimeout', Value: '120' }, { OptionName: 'Other', Value: '1' }] } } }), hops: [['aws-alb', 'pool-owner', 120000]] },
  { what: 'cloudformation: Elastic Beanstalk with a function', input: cf({ a: { Type: 'AWS::ElasticBeanstalk::Environment', Properties: { OptionSettings: [{ OptionName: 'IdleTimeout', Value: { 'Fn::If': [1, 2] } }] } } }), hops: [['aws-alb', 'pool-owner', null]] },

  // Kubernetes
  { what: 'k8s: an Ingress of a class nobody knows', input: ingress({}, { ingressClassName: 'own' }), hops: [] },
  { what: 'k8s: an Ingress of no class', input: ingress({}), hops: [] },
  { what: 'k8s: a class by the old annotation', input: ingress({ 'kubernetes.io/ingress.class': 'gce' }), hops: [['gke-ingress', 'pool-owner', 600000]] },
  { what: 'k8s: an ALB by its annotations alone', input: ingress({ 'alb.ingress.kubernetes.io/load-balancer-attributes': 'idle_timeout.timeout_seconds=120, nonsense' }), hops: [['aws-alb', 'pool-owner', 120000]] },
  { what: 'k8s: F5 nginx, none kept', input: ingress({ 'nginx.org/keepalive': '0' }), hops: [['nginx-ingress-f5', 'not-pooling', null]] },
  { what: 'k8s: F5 nginx, no number', input: ingress({ 'nginx.org/keepalive': 'x' }), error: /number of connections/ },
  { what: 'k8s: a Classic ELB', input: service({ 'service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout': '100' }), hops: [['aws-clb', 'pool-owner', 100000]] },
  { what: 'k8s: an NLB by type', input: service({ 'service.beta.kubernetes.io/aws-load-balancer-type': 'external' }), hops: [['aws-nlb', 'l4', 350000]] },
  { what: 'k8s: an NLB\'s flow timer', input: service({ 'service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-80': 'tcp.idle_timeout.seconds=400' }), hops: [['aws-nlb', 'l4', 400000]] },
  { what: 'k8s: Azure', input: service({ 'service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout': '10' }), hops: [['azure-load-balancer', 'l4', 600000]] },
  { what: 'k8s: DigitalOcean, off', input: service({ 'service.beta.kubernetes.io/do-loadbalancer-protocol': 'http' }), hops: [['digitalocean-lb', 'not-pooling', null]] },
  { what: 'k8s: DigitalOcean, on', input: service({ 'service.beta.kubernetes.io/do-loadbalancer-enable-backend-keepalive': 'true', 'service.beta.kubernetes.io/do-loadbalancer-http-idle-timeout-seconds': '90' }), hops: [['digitalocean-lb', 'pool-owner', 90000]] },
  { what: 'k8s: ingress-nginx keeps no connection', input: configMap('ingress-nginx-controller', { 'upstream-keepalive-connections': '0', 'keep-alive': '75' }), hops: [['ingress-nginx', 'not-pooling', null]] },
  { what: 'k8s: ingress-nginx, a timeout of 0', input: configMap('x', { 'upstream-keepalive-timeout': '0' }), hops: [['ingress-nginx', 'not-pooling', null]] },
  { what: 'k8s: ingress-nginx by its label alone', input: configMap('x', { 'use-gzip': 'true' }, { 'app.kubernetes.io/name': 'ingress-nginx' }), hops: [['ingress-nginx', 'pool-owner', 60000]] },
  { what: 'k8s: HAProxy ingress closes', input: configMap('x', { 'http-connection-mode': 'http-server-close' }), hops: [['haproxy-kubernetes-ingress', 'not-pooling', null]] },
  { what: 'k8s: HAProxy ingress keeps', input: configMap('x', { 'timeout-keep-alive': '1m' }), hops: [['haproxy-ingress', 'pool-owner', 'unbounded']] },
  { what: 'k8s: a ConfigMap of something else', input: configMap('x', { a: 'b' }), hops: [] },
  { what: 'k8s: Istio, one request per connection', input: rule({ connectionPool: { http: { maxRequestsPerConnection: 1 }, tcp: { idleTimeout: '1h' } } }), hops: [['istio', 'not-pooling', null]] },
  { what: 'k8s: Istio, 0s', input: rule({ connectionPool: { http: { idleTimeout: '0s' } } }), hops: [['istio', 'pool-owner', 'unbounded']] },
  { what: 'k8s: Istio, a port and a subset of their own', input: rule({ portLevelSettings: [{ port: { number: 80 }, connectionPool: { http: { idleTimeout: '10s' } } }, { port: { number: 81 } }] }, { subsets: [{ name: 'v1', trafficPolicy: { connectionPool: { http: { idleTimeout: '20s' } } } }, { name: 'v2' }] }), hops: [['istio', 'pool-owner', 3600000], ['istio', 'pool-owner', 10000], ['istio', 'pool-owner', 20000]] },

  // Terraform
  { what: 'terraform: a gateway balancer, and a resource that nobody reads', input: terraform(['aws_lb', { load_balancer_type: 'gateway' }], ['aws_vpc', {}]), hops: [] },
  { what: 'terraform: an NLB with its listener', input: terraform(['aws_lb', { load_balancer_type: 'network' }], ['aws_lb_listener', { tcp_idle_timeout_seconds: 400 }]), hops: [['aws-nlb', 'l4', 400000]] },
  { what: 'terraform: two target groups, the longer drain', input: terraform(['aws_lb', { idle_timeout: 90, client_keep_alive: 3600 }], ['aws_lb_target_group', { deregistration_delay: '30' }], ['aws_alb_target_group', { deregistration_delay: '120' }]), hops: [['aws-alb', 'pool-owner', 90000, 120000]] },
  { what: 'terraform: a Classic ELB that drains', input: terraform(['aws_elb', { idle_timeout: 30, connection_draining: true, connection_draining_timeout: 60 }]), hops: [['aws-clb', 'pool-owner', 30000, 60000]] },
  { what: 'terraform: ECS Service Connect', input: terraform(['aws_ecs_service', { service_connect_configuration: [{ service: [{ timeout: [{ idle_timeout_seconds: 0 }] }, { timeout: [{ idle_timeout_seconds: 40 }] }] }] }]), hops: [['aws-ecs-service-connect', 'pool-owner', 'unbounded'], ['aws-ecs-service-connect', 'pool-owner', 40000]] },
  { what: 'terraform: Azure, with blocks', input: terraform(['azurerm_application_gateway', { backend_http_settings: [{ name: 'a', connection_draining: [{ enabled: true, drain_timeout_sec: 20 }] }, { name: 'b', dedicated_backend_connection_enabled: true }] }], ['azurerm_lb_rule', { idle_timeout_in_minutes: 5, tcp_reset_enabled: true }], ['azurerm_cdn_frontdoor_profile', { response_timeout_seconds: 60 }]), hops: [['azure-application-gateway', 'pool-owner', null, 20000], ['azure-application-gateway', 'not-pooling', null], ['azure-load-balancer', 'l4', 300000], ['azure-front-door', 'pool-owner', 90000]] },
  { what: 'terraform: Oracle', input: terraform(['oci_load_balancer_listener', { protocol: 'TCP', connection_configuration: [{ idle_timeout_in_seconds: '100' }] }]), hops: [['oci-lb', 'l4', 100000]] },
  { what: 'terraform: Fastly', input: terraform(['fastly_service_vcl', { backend: [{ name: 'a', keepalive_time: 30 }, { name: 'b', keepalive_time: 0 }] }]), length: 2 },
  { what: 'terraform: DigitalOcean', input: terraform(['digitalocean_loadbalancer', { enable_backend_keepalive: true, http_idle_timeout_seconds: 100 }], ['digitalocean_loadbalancer', { enable_backend_keepalive: false }]), hops: [['digitalocean-lb', 'pool-owner', 100000], ['digitalocean-lb', 'not-pooling', null]] },
  { what: 'terraform: Akamai by rules', input: terraform(['akamai_property', { rules: JSON.stringify(akamai({ enabled: true, timeout: '2m' })) }], ['akamai_property', {}]), hops: [['akamai', 'pool-owner', 120000]] },
  { what: 'terraform: Akamai by the builder', input: terraform(['akamai_property_rules_builder', { rules_v2024: [{ behavior: [{ persistent_connection: [{ enabled: true, timeout: '90s' }] }, { persistent_connection: [{ enabled: false }] }] }], other: 1 }]), hops: [['akamai', 'pool-owner', 90000], ['akamai', 'not-pooling', null]] },
  { what: 'terraform: Google, the proxy of a plan', input: { format_version: '1.0', planned_values: { root_module: { child_modules: [{ resources: [{ type: 'google_compute_target_http_proxy', name: 'p', values: { http_keep_alive_timeout_sec: 700 } }, { type: 'google_compute_target_http_proxy', name: 'q', values: {} }, { type: 7 }] }] } } }, hops: [['gcp-external-alb', 'pool-owner', 600000]] },
  { what: 'terraform: Kubernetes objects', input: terraform(['kubernetes_manifest', { manifest: ingress({}, { ingressClassName: 'nginx' }) }]), hops: [['ingress-nginx', 'pool-owner', 60000]] },
  { what: 'terraform: a duration that is none', input: terraform(['aws_lb', { idle_timeout: 'x' }]), error: /idle_timeout.*'x'/ }
]
