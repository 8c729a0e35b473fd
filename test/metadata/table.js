'use strict'

// The fixtures: what each one is modelled on, what it tells, and which trap it sets.
// A hop is [id, role, idle timeout in ms | 'unbounded' | null, drain in ms | undefined].

const elbv2 = 'https://docs.aws.amazon.com/cli/latest/reference/elbv2/'
const nginx = 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive'
const nginxProxy = 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version'
const haproxy = 'https://docs.haproxy.org/2.6/configuration.html'
const apache = 'https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass'
const ats = 'https://docs.trafficserver.apache.org/en/latest/admin-guide/files/records.yaml.en.html'
const ingressNginx = 'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/'
const terraform = 'https://developer.hashicorp.com/terraform/internals/json-format'
const caddy = 'https://caddyserver.com/docs/json/apps/http/servers/routes/handle/reverse_proxy/transport/http/'
const envoy = 'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto'
const traefik = 'https://doc.traefik.io/traefik/routing/services/#serverstransport_1'
const kong = 'https://docs.konghq.com/gateway/latest/reference/configuration/#upstream_keepalive_idle_timeout'
const squid = 'http://www.squid-cache.org/Doc/config/server_idle_pconn_timeout/'
const istio = 'https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-HTTPSettings'

const own = 'pool-owner'
const not = 'not-pooling'

module.exports = [
  ['aws-alb-attributes.json', 'aws', elbv2 + 'describe-load-balancer-attributes.html', [['aws-alb', own, 120000]], 'client_keep_alive.seconds is the client\'s'],
  ['aws-alb-only-client.json', 'aws', elbv2 + 'describe-load-balancer-attributes.html', [['aws-alb', own, 60000]], 'only the client\'s value is there'],
  ['aws-nlb-attributes.json', 'aws', elbv2 + 'describe-load-balancer-attributes.html', [['aws-nlb', 'l4', 350000]], 'the same shape as an ALB\'s, and no pool'],
  ['aws-nlb-listener.json', 'aws', elbv2 + 'describe-listener-attributes.html', [['aws-nlb', 'l4', 400000]]],
  ['aws-target-group.json', 'aws', elbv2 + 'describe-target-group-attributes.html', [['aws-alb', own, null, 30000]], 'a drain time is no idle timeout'],
  ['aws-target-group-nlb.json', 'aws', elbv2 + 'describe-target-group-attributes.html', [['aws-nlb', 'l4', 350000, 300000]]],
  ['aws-clb.json', 'aws', 'https://docs.aws.amazon.com/cli/latest/reference/elb/describe-load-balancer-attributes.html', [['aws-clb', own, 90000, 180000]]],
  ['aws-clb-drain-off.json', 'aws', 'https://docs.aws.amazon.com/cli/latest/reference/elb/describe-load-balancer-attributes.html', [['aws-clb', own, 60000, 0]], 'a drain time that is switched off'],
  ['aws-cloudfront.json', 'aws', 'https://docs.aws.amazon.com/cli/latest/reference/cloudfront/get-distribution-config.html', [['aws-cloudfront', own, 45000], ['aws-cloudfront', own, 5000]], 'OriginReadTimeout, and an S3 origin'],
  ['aws-ecs-service-connect.json', 'aws', 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TimeoutConfiguration.html', [['aws-ecs-service-connect', own, 120000]]],
  ['gcloud-external.json', 'gcloud', 'https://cloud.google.com/compute/docs/reference/rest/v1/backendServices', [['gcp-external-alb', own, 600000, 300000]], 'timeoutSec 30 is a response timeout'],
  ['gcloud-internal.json', 'gcloud', 'https://cloud.google.com/compute/docs/reference/rest/v1/backendServices', [['gcp-internal-alb', own, 600000, 300000]]],
  ['gcloud-passthrough.json', 'gcloud', 'https://cloud.google.com/compute/docs/reference/rest/v1/backendServices', [[null, 'l4', null, 300000]], 'a backend service that pools nothing'],
  ['gcloud-target-proxy.json', 'gcloud', 'https://cloud.google.com/compute/docs/reference/rest/v1/targetHttpsProxies', [['gcp-external-alb', own, 600000]], 'httpKeepAliveTimeoutSec 1200 is the client\'s'],
  ['azure-lb-rule.json', 'azure', 'https://learn.microsoft.com/cli/azure/network/lb/rule#az-network-lb-rule-show', [['azure-load-balancer', 'l4', 900000]], 'minutes'],
  ['azure-lb-rules.json', 'azure', 'https://learn.microsoft.com/cli/azure/network/lb/rule#az-network-lb-rule-list', [['azure-load-balancer', 'l4', 900000], ['azure-load-balancer', 'l4', 240000]], 'two listeners'],
  ['azure-application-gateway.json', 'azure', 'https://learn.microsoft.com/cli/azure/network/application-gateway#az-network-application-gateway-show', [['azure-application-gateway', own, null, 60000]], 'nobody tells the number'],
  ['azure-front-door.json', 'azure', 'https://learn.microsoft.com/cli/azure/afd/profile#az-afd-profile-show', [['azure-front-door', own, 90000]], 'originResponseTimeoutSeconds 240'],
  ['oci-lb.json', 'oci', 'https://docs.oracle.com/en-us/iaas/tools/oci-cli/latest/oci_cli_docs/cmdref/lb/load-balancer/get.html', [['oci-lb', own, 300000], ['oci-lb', 'l4', 300000]], 'a listener\'s idle-timeout of 1200'],
  ['terraform-state-modules.json', 'terraform', terraform, [['aws-alb', own, 75000, 45000], ['aws-alb', own, 300000, 45000]], 'modules in modules'],
  ['terraform-plan.json', 'terraform', terraform, [['aws-nlb', 'l4', 600000], ['aws-clb', own, 30000, 0], ['aws-alb', own, 60000]], 'null and missing values'],
  ['terraform-many.json', 'terraform', terraform, [['aws-cloudfront', own, 60000], ['gcp-external-alb', own, 600000, 10000], ['gcp-external-alb', own, 600000], ['azure-load-balancer', 'l4', 1800000], ['azure-application-gateway', own, null, 20000], ['oci-lb', own, 300000], ['fastly', own, 20000], ['fastly', own, 'unbounded'], ['digitalocean-lb', not, null], ['aws-alb', own, 90000], ['akamai', own, 120000]]],
  ['cloudformation.yaml', 'cloudformation', 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html', [['aws-alb', own, 100000, 20000], ['aws-alb', own, null, 20000], ['aws-nlb', 'l4', 600000, 20000]], 'a parameter without a default'],
  ['cdk.template.json', 'cloudformation', 'https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd-synth.html', [['aws-alb', own, 240000], ['aws-cloudfront', own, 10000], ['aws-clb', own, 50000, 60000], ['aws-ecs-service-connect', own, 'unbounded']]],
  ['akamai.json', 'akamai', 'https://techdocs.akamai.com/property-mgr/reference/ga-persistent-connection', [['akamai', own, 300000]], 'persistentClientConnection 400s'],
  ['akamai-off.json', 'akamai', 'https://techdocs.akamai.com/property-mgr/reference/ga-persistent-connection', [['akamai', not, null]], 'switched off'],
  ['envoy.yaml', 'envoy', envoy, [['envoy', own, 30500], ['envoy', own, 3600000]], 'the connection manager\'s idle_timeout'],
  ['envoy-config-dump.json', 'envoy', 'https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--config_dump', [['envoy', own, 90000], ['envoy', own, 'unbounded'], ['envoy', not, null]], 'a cluster that is listed twice; "0s" is off'],
  ['istio-clusters.json', 'envoy', 'https://istio.io/latest/docs/reference/commands/istioctl/#istioctl-proxy-config-cluster', [['istio', own, 20000], ['istio', own, 3600000]]],
  ['k8s-ingress-alb.yaml', 'kubernetes', 'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/', [['aws-alb', own, 600000, 30000]], 'two attributes in one string'],
  ['k8s-ingress-nginx.yaml', 'kubernetes', ingressNginx, [['ingress-nginx', own, 30000]], 'keep-alive 75 is the client\'s'],
  ['k8s-ingress-nginx-off.yaml', 'kubernetes', ingressNginx, [['ingress-nginx', not, null]], 'upstream-keepalive-connections 0'],
  ['k8s-ingress-nginx-client-only.yaml', 'kubernetes', ingressNginx, [['ingress-nginx', own, 60000]], 'keep-alive 10 alone'],
  ['k8s-class-params.yaml', 'kubernetes', 'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/ingress_class/', [['aws-alb', own, 180000]]],
  ['k8s-list.json', 'kubernetes', 'https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer', [['aws-clb', own, 120000], ['aws-nlb', 'l4', 400000], ['azure-load-balancer', 'l4', 600000], ['digitalocean-lb', not, null], ['digitalocean-lb', own, 90000]]],
  ['k8s-istio.yaml', 'kubernetes', istio, [['istio', own, 90000], ['istio', own, 10000], ['istio', not, null]], 'tcp.idleTimeout, maxRequestsPerConnection 1'],
  ['k8s-istio-unset.yaml', 'kubernetes', istio, [['istio', own, 3600000]], 'tcp.idleTimeout alone'],
  ['k8s-envoy-gateway.yaml', 'kubernetes', 'https://gateway.envoyproxy.io/docs/api/extension_types/#httptimeout', [['envoy-gateway', own, 45000]], 'a route\'s timeouts'],
  ['k8s-httproute.yaml', 'kubernetes', 'https://gateway-api.sigs.k8s.io/api-types/httproute/', [[null, own, null]], 'request timeouts alone'],
  ['k8s-contour.yaml', 'kubernetes', 'https://projectcontour.io/docs/main/config/request-routing/', [['contour', own, 20000], ['contour', own, 'unbounded'], ['contour', own, 3600000]], '"0s" means not set, timeoutPolicy.idle is another'],
  ['k8s-gke.yaml', 'kubernetes', 'https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration', [['gke-ingress', own, 600000, 60000]], 'timeoutSec 40'],
  ['k8s-f5.yaml', 'kubernetes', 'https://docs.nginx.com/nginx-ingress-controller/configuration/global-configuration/configmap-resource/', [['nginx-ingress-f5', own, 60000]]],
  ['k8s-haproxy.yaml', 'kubernetes', 'https://github.com/haproxytech/kubernetes-ingress/blob/master/documentation/annotations.md', [['haproxy-kubernetes-ingress', own, 'unbounded']], 'timeout-http-keep-alive is the client\'s'],
  ['k8s-traefik.yaml', 'kubernetes', traefik, [['traefik', own, 15000]]],
  ['caddy-adapt.json', 'caddy', caddy, [['caddy', own, 30000]], 'nanoseconds, and the server\'s idle_timeout'],
  ['caddy-adapt-off.json', 'caddy', caddy, [['caddy', not, null]], 'switched off'],
  ['caddy-adapt-default.json', 'caddy', caddy, [['caddy', own, 120000]]],
  ['caddy-adapt-partial.json', 'caddy', caddy, [['caddy', own, 'unbounded']], 'a keep_alive that drops the default'],
  ['Caddyfile', 'caddy', 'https://caddyserver.com/docs/caddyfile/directives/reverse_proxy#the-http-transport', [['caddy', own, 90000], ['caddy', not, null], ['caddy', own, 120000]], 'an imported snippet, servers { timeouts { idle } }'],
  ['traefik-static.yaml', 'traefik', traefik, [['traefik', own, 45000]], 'respondingTimeouts.idleTimeout'],
  ['traefik-static.toml', 'traefik', traefik, [['traefik', own, 45000]], 'a number counts seconds'],
  ['traefik-static.json', 'traefik', traefik, [['traefik', own, 90000]]],
  ['traefik-dynamic.yaml', 'traefik', traefik, [['traefik', own, 120000], ['traefik', own, 'unbounded'], ['traefik', not, null]], '0s, and maxIdleConnsPerHost -1'],
  ['varnish-param-show.json', 'varnish', 'https://varnish-cache.org/docs/7.1/reference/varnish-cli.html', [['varnish', own, 42500]], 'timeout_idle'],
  ['varnish-param-show.txt', 'varnish', 'https://varnish-cache.org/docs/7.1/reference/varnish-cli.html', [['varnish', own, 20000]], 'timeout_idle'],
  ['nginx-pool.conf', 'nginx', nginx, [['nginx', own, 90000], ['nginx', own, 60000]], 'keepalive_timeout of http{} and server{}'],
  ['nginx-no-keepalive.conf', 'nginx', nginx, [['nginx', not, null]], 'no keepalive'],
  ['nginx-http10.conf', 'nginx', nginxProxy, [['nginx', not, null]], 'HTTP/1.0 by default'],
  ['nginx-connection-close.conf', 'nginx', 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header', [['nginx', not, null]], 'proxy_set_header is not inherited'],
  ['nginx-websocket-map.conf', 'nginx', 'https://nginx.org/en/docs/http/websocket.html', [['nginx', not, null]], 'the map makes "close" of a usual request'],
  ['nginx-websocket-map-pool.conf', 'nginx', ingressNginx, [['nginx', own, 60000]]],
  ['nginx-keepalive-0.conf', 'nginx', nginx, [['nginx', not, null]], 'keepalive 0'],
  ['nginx-1.29.7.conf', 'nginx', 'https://nginx.org/en/CHANGES', [['nginx', own, 60000]], 'pools by default'],
  ['nginx-1.29.7-opt-out.conf', 'nginx', 'https://nginx.org/en/CHANGES', [['nginx', not, null]], 'pools by default, and was told not to'],
  ['nginx-V-and-T.conf', 'nginx', 'https://nginx.org/en/docs/switches.html', [['nginx', not, null], ['nginx', own, 60000]], 'what nginx says beside its dump, a map, and a version that pools by default'],
  ['nginx-1.14.conf', 'nginx', nginx, [['nginx', own, 'unbounded']], 'before keepalive_timeout existed'],
  ['nginx-literal.conf', 'nginx', nginxProxy, [['nginx', not, null]], 'no upstream{}'],
  ['nginx-T.conf', 'nginx', 'https://nginx.org/en/docs/switches.html', [['nginx', own, 20000]], 'includes joined by nginx -T'],
  ['nginx-lua-and-stream.conf', 'nginx', 'https://nginx.org/en/docs/stream/ngx_stream_proxy_module.html#proxy_timeout', [['nginx', own, 65000], ['nginx', 'l4', 30000]], 'Lua with braces, a variable, an upstream{} of PHP'],
  ['nginx-client-only.conf', 'nginx', 'https://nginx.org/en/docs/http/ngx_http_core_module.html#keepalive_timeout', [], 'only the client\'s side'],
  ['haproxy.cfg', 'haproxy', haproxy + '#pool-purge-delay', [['haproxy', own, 'unbounded']], 'timeout http-keep-alive, timeout server, pool-purge-delay'],
  ['haproxy-pool-max-conn.cfg', 'haproxy', haproxy + '#pool-max-conn', [['haproxy', not, null], ['haproxy', own, 'unbounded'], ['haproxy', not, null]], 'pool-max-conn 0'],
  ['haproxy-reuse-never.cfg', 'haproxy', haproxy + '#http-reuse', [['haproxy', own, 10000]], 'http-reuse never: here the client\'s timeout does count'],
  ['haproxy-close.cfg', 'haproxy', haproxy + '#option%20http-server-close', [['haproxy', not, null], ['haproxy', own, 'unbounded'], ['haproxy', 'l4', 30000]], 'an option of defaults, and one taken back'],
  ['haproxy-no-mode.cfg', 'haproxy', haproxy + '#mode', [['haproxy', 'l4', 60000]], 'tcp is the default mode'],
  ['haproxy-snippet.cfg', 'haproxy', haproxy + '#server', [['haproxy', own, 'unbounded']]],
  ['apache.conf', 'apache', apache, [['apache-httpd', own, 30000], ['apache-httpd', own, 'unbounded'], ['apache-httpd', not, null], ['apache-httpd', not, null]], 'timeout=, keepalive=On, KeepAliveTimeout, disablereuse=On'],
  ['apache-balancer.conf', 'apache', apache, [['apache-httpd', own, 20000], ['apache-httpd', own, 'unbounded'], ['apache-httpd', own, 60000], ['apache-httpd', not, null]], 'SetEnv proxy-nokeepalive'],
  ['apache-prefork.conf', 'apache', apache, [['apache-httpd', own, 'unbounded']], 'ttl has no effect with prefork'],
  ['records.config', 'trafficserver', ats, [['apache-traffic-server', own, 45000]], 'keep_alive_no_activity_timeout_in'],
  ['records.yaml', 'trafficserver', ats, [['apache-traffic-server', own, 900000]], '0 means another one'],
  ['records-off.config', 'trafficserver', ats, [['apache-traffic-server', not, null]], 'keep_alive_enabled_out 0'],
  ['traffic-ctl.txt', 'trafficserver', 'https://docs.trafficserver.apache.org/en/latest/appendices/command-line/traffic_ctl.en.html', [['apache-traffic-server', own, 120000]]],
  ['squid.conf', 'squid', squid, [['squid', own, 90000]], 'client_idle_pconn_timeout, and a comment'],
  ['squid-old.conf', 'squid', 'http://www.squid-cache.org/Versions/v2/2.7/cfgman/pconn_timeout.html', [['squid', own, 180000]]],
  ['squid-off.conf', 'squid', 'http://www.squid-cache.org/Doc/config/server_persistent_connections/', [['squid', not, null]], 'switched off'],
  ['kong.conf', 'kong', kong, [['kong', own, 30000]], 'nginx_http_keepalive_timeout'],
  ['kong-off.conf', 'kong', kong, [['kong', not, null]], 'upstream_keepalive_pool_size 0'],
  ['kong.env', 'kong', kong, [['kong', own, 'unbounded']], '0 means no limit']
].map(([file, format, source, hops, trap]) => ({ file, format, source, trap, hops }))
