/* Which hop governs: only the last one that keeps connections to Node matters, whatever
 * stands in front of it; what one configuration file names stands side by side. */
#include "../../src/core/chain.h"

#include "tap.h"

static lbst_hop_t
hop(lbst_role_t role, lbst_idle_t idle, uint32_t idle_ms) {
  lbst_hop_t result = {NULL, "a hop", role, idle, idle_ms};

  return result;
}

#define OWNER(ms) hop(LBST_ROLE_POOL_OWNER, LBST_IDLE_KNOWN, ms)
#define UNBOUNDED hop(LBST_ROLE_POOL_OWNER, LBST_IDLE_UNBOUNDED, 0)
#define UNKNOWN   hop(LBST_ROLE_POOL_OWNER, LBST_IDLE_UNKNOWN, 0)
#define L4        hop(LBST_ROLE_L4, LBST_IDLE_KNOWN, 350000)
#define FRESH     hop(LBST_ROLE_NOT_POOLING, LBST_IDLE_KNOWN, 60000)

static void
test(size_t wanted, lbst_source_t source, size_t count, const lbst_hop_t *hops,
     const char *why) {
  is_u64(lbst_chain_owner(hops, count, source), wanted, "%s", why);
}

int
main(void) {
  const lbst_hop_t one[] = {OWNER(60000)};
  const lbst_hop_t cdn_alb_nginx[] = {OWNER(900000), OWNER(60000), OWNER(75000)};
  const lbst_hop_t alb_nlb[] = {OWNER(60000), L4};
  const lbst_hop_t nlb[] = {L4};
  const lbst_hop_t alb_fresh[] = {OWNER(60000), FRESH};
  const lbst_hop_t fresh_alb[] = {FRESH, OWNER(60000)};
  const lbst_hop_t alb_fresh_nlb[] = {OWNER(60000), FRESH, L4};
  const lbst_hop_t three[] = {OWNER(5000), OWNER(90000), OWNER(60000)};
  const lbst_hop_t unbounded[] = {OWNER(5000), UNBOUNDED, OWNER(90000)};
  const lbst_hop_t unknown[] = {UNKNOWN, L4, OWNER(1000)};
  const lbst_hop_t only_unknown[] = {L4, UNKNOWN};
  const lbst_hop_t equal[] = {OWNER(60000), OWNER(60000)};
  const lbst_source_t option = LBST_SOURCE_OPTION, metadata = LBST_SOURCE_METADATA;

  test(LBST_NO_HOP, option, 0, NULL, "no hop, no owner");
  test(0, option, 1, one, "one hop");
  test(2, option, 3, cdn_alb_nginx, "the last of three, though the first idles longest");
  test(0, option, 2, alb_nlb, "an L4 balancer behind it is passed over");
  test(LBST_NO_HOP, option, 1, nlb, "an L4 balancer alone owns no pool");
  test(LBST_NO_HOP, option, 2, alb_fresh, "a connection per request: nothing to outlast");
  test(LBST_NO_HOP, option, 3, alb_fresh_nlb, "and an L4 balancer behind it");
  test(1, option, 2, fresh_alb, "what lies in front of the owner does not matter");
  test(1, metadata, 3, three, "side by side, the longest governs");
  test(1, metadata, 3, unbounded, "no limit is longer than any number");
  test(2, metadata, 3, unknown, "any number is more than none");
  test(1, metadata, 2, only_unknown, "an unknown one is still the owner");
  test(0, metadata, 2, equal, "the first of equals");
  test(LBST_NO_HOP, metadata, 1, nlb, "no pool owner in the file");
  return done_testing();
}
