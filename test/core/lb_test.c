/* The catalogue. One row here per row of lb.def: the numbers a second time, so that a
 * slip of the finger in the one is seen in the other, and what must hold for every row.
 */
#include "../../src/core/lb.h"

#include "tap.h"

static const struct {
  const char *id;
  lbst_role_t role;
  lbst_idle_t idle;
  uint32_t idle_s;
  uint32_t advice_s;
} rows[] = {
  {"alibaba-alb", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"aws-alb", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"aws-api-gateway", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"aws-clb", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"azure-application-gateway", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"digitalocean-lb", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"gcp-external-alb", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 600, 620},
  {"gcp-internal-alb", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 600, 620},
  {"hetzner-lb", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"huawei-elb", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"ibm-vpc-alb", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"linode-nodebalancer", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"oci-lb", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 300, 310},
  {"ovh-lb", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"tencent-clb", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"aws-global-accelerator", LBST_ROLE_L4, LBST_IDLE_KNOWN, 340, 0},
  {"aws-nlb", LBST_ROLE_L4, LBST_IDLE_KNOWN, 350, 0},
  {"azure-load-balancer", LBST_ROLE_L4, LBST_IDLE_KNOWN, 240, 0},
  {"kube-proxy", LBST_ROLE_L4, LBST_IDLE_UNBOUNDED, 0, 0},
  {"akamai", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 300, 0},
  {"aws-cloudfront", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 5, 0},
  {"azure-front-door", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 90, 0},
  {"cloudflare", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 900, 0},
  {"fastly", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNBOUNDED, 0, 0},
  {"aws-app-runner", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"azure-app-service", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"azure-container-apps", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"digitalocean-app-platform", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"fly-io", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"gcp-app-engine-flex", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"gcp-cloud-run", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"heroku", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 90, 95},
  {"railway", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"render", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"vercel", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"aws-load-balancer-controller", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"cilium-gateway", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"contour", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 3600, 0},
  {"envoy-gateway", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 3600, 0},
  {"gke-ingress", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 600, 620},
  {"haproxy-ingress", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNBOUNDED, 0, 0},
  {"haproxy-kubernetes-ingress", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNBOUNDED, 0, 0},
  {"ingress-nginx", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"nginx-ingress-f5", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"aws-ecs-service-connect", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 300, 0},
  {"consul-mesh", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"istio", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 3600, 0},
  {"linkerd", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 3, 0},
  {"apache-httpd", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNBOUNDED, 0, 0},
  {"apache-traffic-server", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 120, 0},
  {"apisix", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"aws-elastic-beanstalk-nginx", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"caddy", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 120, 0},
  {"cloudflared", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 90, 0},
  {"envoy", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 3600, 0},
  {"haproxy", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNBOUNDED, 0, 0},
  {"iis-arr", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0, 0},
  {"kong", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"krakend", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNBOUNDED, 0, 0},
  {"nginx", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"nginx-plus", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"spring-cloud-gateway", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNBOUNDED, 0, 0},
  {"squid", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"traefik", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 90, 0},
  {"tyk", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 90, 0},
  {"varnish", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"yarp", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"dotnet-socketshttphandler", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 60, 0},
  {"go-net-http", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 90, 0},
  {"node-http-agent", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 5, 0},
  {"reactor-netty", LBST_ROLE_POOL_OWNER, LBST_IDLE_UNBOUNDED, 0, 0},
  {"undici", LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, 4, 0},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static bool
is_id(const char *id) {
  return id[0] != '\0' &&
         strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id);
}

static void
test_invariants(const lbst_lb_t *lb) {
  ok(is_id(lb->id), "%s: id is lower case with dashes", lb->id);
  ok(lb->name != NULL && lb->vendor != NULL && lb->kind != NULL, "%s: is named", lb->id);
  ok(lb->url != NULL && strncmp(lb->url, "https://", 8) == 0, "%s: has a source", lb->id);
  ok(lb->as_of != NULL && strlen(lb->as_of) == 7, "%s: says when it was read", lb->id);
  is_u64(lb->idle_ms != 0, lb->idle == LBST_IDLE_KNOWN, "%s: a number iff known", lb->id);
  ok(lb->advice_ms == 0 || lb->advice_ms > lb->idle_ms, "%s: advice is longer", lb->id);
  ok(lb->max_ms == 0 || (lb->min_ms <= lb->idle_ms && lb->idle_ms <= lb->max_ms),
     "%s: the default is in its range", lb->id);
  ok(lb->configurable != LBST_ANSWER_YES || lb->remedies[0].line != NULL,
     "%s: configurable, so it says how", lb->id);
  ok(lb->idle != LBST_IDLE_UNKNOWN || lb->revealed_by != NULL,
     "%s: unknown, so it says where to look", lb->id);
  ok(lbst_lb_find(lb->id, strlen(lb->id)) == lb, "%s: is found by its id", lb->id);
}

int
main(void) {
  size_t i;

  is_u64(lbst_lb_count(), ROW_COUNT, "each row of the catalogue has a row here");
  for (i = 0; i < lbst_lb_count(); i++)
    test_invariants(lbst_lb_at(i));
  ok(lbst_lb_at(lbst_lb_count()) == NULL, "there is nothing past the last row");

  for (i = 0; i < ROW_COUNT; i++) {
    const lbst_lb_t *lb = lbst_lb_find(rows[i].id, strlen(rows[i].id));
    ok(lb != NULL, "%s is there", rows[i].id);
    if (lb == NULL) continue;
    is_u64(lb->role, rows[i].role, "%s: role", rows[i].id);
    is_u64(lb->idle, rows[i].idle, "%s: what is known", rows[i].id);
    is_u64(lb->idle_ms, rows[i].idle_s * 1000, "%s: idle timeout", rows[i].id);
    is_u64(lb->advice_ms, rows[i].advice_s * 1000, "%s: advice", rows[i].id);
  }
  ok(lbst_lb_find("aws-al", 6) == NULL, "a prefix of an id is no id");
  ok(lbst_lb_find("aws-alb", 0) == NULL, "nothing is no id");
  return done_testing();
}
