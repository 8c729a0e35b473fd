/* The gate on real listening sockets: a handshake that is under way when it closes ends
 * well, a new one does not begin, with and without the privilege that a filter may need.
 *
 * TCP_DEFER_ACCEPT holds a handshake open for as long as its client says nothing, so no
 * slow network is needed. */
#include "../../src/sys/gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../core/tap.h"

#define DEFER_S 30

/* On loopback a SYN is answered before connect() returns; a busy machine may need longer.
 */
#define DROPPED_MS 100

/* How long an answer of the kernel may take: a hang is a failure, not a long test. */
#define ANSWER_MS 5000

#define NOBODY 65534

typedef struct {
  const char *name;
  int listening; /* the listener's family */
  int calling;   /* the client's */
} family_t;

static const family_t families[] = {
  {"IPv4", AF_INET, AF_INET},
  {"IPv6", AF_INET6, AF_INET6},
  {"IPv4 to a socket of both", AF_INET6, AF_INET},
};

static int
listen_on(int family, bool is_deferring, bool is_sharing) {
  struct sockaddr_in6 any6 = {.sin6_family = AF_INET6};
  struct sockaddr_in any = {.sin_family = AF_INET};
  int fd = socket(family, SOCK_STREAM, 0);
  int seconds = DEFER_S;
  int on = 1;
  int bound;

  if (fd < 0) return -1;
  if (is_deferring)
    setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds));
  if (is_sharing) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  bound = family == AF_INET ? bind(fd, (struct sockaddr *) &any, sizeof(any))
                            : bind(fd, (struct sockaddr *) &any6, sizeof(any6));
  if (bound == 0 && listen(fd, 16) == 0) return fd;
  close(fd);
  return -1;
}

/* The client's socket, after |*error| of its connect(); ETIMEDOUT when nobody answered.
 */
static int
call(int listener, int family, int *error) {
  struct sockaddr_in6 address6 = {.sin6_family = AF_INET6,
                                  .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  struct sockaddr_in address = {.sin_family = AF_INET};
  struct sockaddr_in6 own;
  struct pollfd asked;
  socklen_t len = sizeof(own);
  int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int called;

  memset(&own, 0, sizeof(own));
  getsockname(listener, (struct sockaddr *) &own, &len);
  /* the port lies at the same place in both kinds of address */
  address6.sin6_port = own.sin6_port;
  address.sin_port = own.sin6_port;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  called = family == AF_INET
             ? connect(fd, (struct sockaddr *) &address, sizeof(address))
             : connect(fd, (struct sockaddr *) &address6, sizeof(address6));
  *error = called == 0 ? 0 : errno;
  if (*error != EINPROGRESS) return fd;
  asked.fd = fd;
  asked.events = POLLOUT;
  if (poll(&asked, 1, DROPPED_MS) == 0) {
    *error = ETIMEDOUT;
    return fd;
  }
  len = sizeof(*error);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, error, &len);
  return fd;
}

/* Whether |fd| has something to read or to accept. */
static bool
comes(int fd) {
  struct pollfd asked = {.fd = fd, .events = POLLIN};

  return poll(&asked, 1, ANSWER_MS) == 1;
}

static void
test_handshake_under_way(const family_t *family, const char *who) {
  int listener = listen_on(family->listening, true, false);
  uint32_t pending = 99;
  char text[4] = {0};
  int error, early, late, accepted, bound_to = 99;
  socklen_t len = sizeof(bound_to);

  if (listener < 0) {
    ok(errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL, "%s: not on this machine",
       family->name);
    return;
  }
  early = call(listener, family->calling, &error);
  is_u64(error, 0, "%s, %s: a client asks", family->name, who);
  is_u64(lbst_gate_backlog(&pending, listener), LBST_OK, "the backlog is known");
  is_u64(pending, 0, "and empty: the handshake is under way");

  is_u64(lbst_gate_close(listener), LBST_OK, "the gate closes");
  late = call(listener, family->calling, &error);
  ok(error == ETIMEDOUT || error == ECONNREFUSED, "a new client is %s",
     error == ETIMEDOUT ? "not heard" : strerror(error));

  is_u64(write(early, "abc", 3), 3, "the early one ends its handshake, with a request");
  ok(comes(listener), "which waits to be accepted");
  is_u64(lbst_gate_backlog(&pending, listener), LBST_OK, "the backlog is known");
  is_u64(pending, 1, "and has this connection");
  accepted = accept(listener, NULL, NULL);
  ok(comes(accepted) && read(accepted, text, sizeof(text)) == 3 && !strcmp(text, "abc"),
     "the request is there");
  is_u64(write(accepted, "def", 3), 3, "an answer is sent");
  ok(comes(early) && read(early, text, sizeof(text)) == 3 && !strcmp(text, "def"),
     "and comes");
  ok(getsockopt(accepted, SOL_SOCKET, SO_BINDTOIFINDEX, &bound_to, &len) != 0 ||
       bound_to == 0,
     "the connection is bound to no interface");
  is_u64(lbst_gate_backlog(&pending, listener), LBST_OK, "the backlog is known");
  is_u64(pending, 0, "and empty for good");

  close(late);
  close(early);
  close(accepted);
  close(listener);
}

/* It can be opened again by whoever may do so. */
static void
test_open(const char *who) {
  int listener = listen_on(AF_INET, false, false);
  int first, second, error;
  lbst_status_t status;

  is_u64(lbst_gate_open(listener), LBST_OK, "%s: no gate, nothing to open", who);
  is_u64(lbst_gate_close(listener), LBST_OK, "it closes");
  is_u64(lbst_gate_close(listener), LBST_OK, "closing it twice is closing it");
  status = lbst_gate_open(listener);
  first = call(listener, AF_INET, &error);
  if (status == LBST_OK)
    is_u64(error, 0, "it opens, and a new client gets in");
  else
    ok(status == LBST_E_UNSUPPORTED && error == ECONNREFUSED,
       "the system lets nobody like us open it, and we say so");
  second = open("/dev/null", O_RDONLY);
  is_u64(lbst_gate_close(second), LBST_E_OUT_OF_RANGE, "a file has no gate");
  is_u64(lbst_gate_open(second), LBST_E_OUT_OF_RANGE, "nor can it be opened");
  is_u64(lbst_gate_close(-1), LBST_E_OUT_OF_RANGE, "nor has what is no descriptor");
  is_u64(lbst_gate_close(first), LBST_E_OUT_OF_RANGE, "nor a client");
  close(second);
  close(first);
  close(listener);
}

/* Of several listeners on one port the kernel chooses one before it looks at what it is
 * bound to: then the gate is the filter, or there is none and it says so. */
static void
test_shared_port(const char *who) {
  int listener = listen_on(AF_INET, false, true);
  lbst_status_t status = lbst_gate_close(listener);
  int client, error;

  client = call(listener, AF_INET, &error);
  if (status == LBST_OK)
    is_u64(error, ETIMEDOUT, "%s, a port of several: a filter", who);
  else
    ok(status == LBST_E_UNSUPPORTED && error == 0, "%s, a port of several: no gate", who);
  close(client);
  close(listener);
}

static void
test_as(const char *who) {
  size_t i;

  for (i = 0; i < sizeof(families) / sizeof(families[0]); i++)
    test_handshake_under_way(&families[i], who);
  test_open(who);
  test_shared_port(who);
}

int
main(void) {
  test_as("as we are");
  /* root in all but its privileges */
  if (geteuid() == 0 && seteuid(NOBODY) == 0) {
    test_as("an ordinary user");
    ok(seteuid(0) == 0, "and back");
  }
  return done_testing();
}
