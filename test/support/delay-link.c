/* A network link with a delay, for tests: packets to 10.9.0.2 come back as packets from
 * it, |delay| later. So a connection from 10.9.0.1 to 10.9.0.2:p ends at this machine's
 * own port p, over a way that is |delay| long in each direction, and it is the kernel's
 * own TCP all along: a SYN that is dropped, a refused connect, a FIN and a RST are what
 * they are. Must run in a network namespace of its own, which it also gives a loopback
 * device.
 *
 *   delay-link <microseconds>    prints "ready"; ends when its stdin does
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define PACKET_BYTES_MAX 2048
#define QUEUE_LEN        8192 /* packets on their way; more are dropped, as a router would */
#define NS_PER_S         1000000000ull

typedef struct packet_s {
  uint64_t due_ns;
  size_t len;
  uint8_t bytes[PACKET_BYTES_MAX];
} packet_t;

static void
die(const char *what) {
  fprintf(stderr, "delay-link: %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint64_t
now_ns(void) {
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t) t.tv_sec * NS_PER_S + (uint64_t) t.tv_nsec;
}

static void
set_up(int control, const char *name) {
  struct ifreq request;

  memset(&request, 0, sizeof(request));
  snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl(control, SIOCSIFFLAGS, &request) != 0) die("SIOCSIFFLAGS");
}

static void
set_address(int control, const char *name, unsigned long what, const char *address) {
  struct ifreq request;
  struct sockaddr_in *in = (struct sockaddr_in *) &request.ifr_addr;

  memset(&request, 0, sizeof(request));
  snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
  in->sin_family = AF_INET;
  inet_pton(AF_INET, address, &in->sin_addr);
  if (ioctl(control, what, &request) != 0) die("address");
}

static int
open_tun(const char *name) {
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  int control = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq request;

  if (tun < 0 || control < 0) die("/dev/net/tun");
  memset(&request, 0, sizeof(request));
  snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (ioctl(tun, TUNSETIFF, &request) != 0) die("TUNSETIFF");
  set_address(control, name, SIOCSIFADDR, "10.9.0.1");
  set_address(control, name, SIOCSIFNETMASK, "255.255.255.0");
  set_up(control, name);
  set_up(control, "lo");
  close(control);
  return tun;
}

/* Source and destination of an IPv4 header change places; no checksum changes by that. */
static void
turn_round(uint8_t *bytes) {
  uint8_t source[4];

  memcpy(source, bytes + 12, 4);
  memcpy(bytes + 12, bytes + 16, 4);
  memcpy(bytes + 16, source, 4);
}

int
main(int argc, char **argv) {
  const uint64_t delay_ns = argc == 2 ? strtoull(argv[1], NULL, 10) * 1000 : 0;
  packet_t *queue = calloc(QUEUE_LEN, sizeof(*queue));
  size_t head = 0, count = 0;
  int tun;

  if (queue == NULL) die("calloc");
  tun = open_tun("delay0");
  puts("ready");
  fflush(stdout);

  for (;;) {
    struct pollfd fds[2] = {{tun, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    struct timespec timeout;
    uint64_t now = now_ns();
    uint64_t wait_ns = count == 0                  ? NS_PER_S
                       : queue[head].due_ns <= now ? 0
                                                   : queue[head].due_ns - now;

    timeout.tv_sec = (time_t) (wait_ns / NS_PER_S);
    timeout.tv_nsec = (long) (wait_ns % NS_PER_S);
    if (ppoll(fds, 2, &timeout, NULL) < 0 && errno != EINTR) die("ppoll");
    if (fds[1].revents != 0) return 0;
    while (count < QUEUE_LEN) {
      packet_t *packet = &queue[(head + count) % QUEUE_LEN];
      ssize_t len = read(tun, packet->bytes, sizeof(packet->bytes));
      if (len <= 0) break;
      if (len < 20 || packet->bytes[0] >> 4 != 4) continue; /* no IPv4 */
      turn_round(packet->bytes);
      packet->len = (size_t) len;
      packet->due_ns = now_ns() + delay_ns;
      count++;
    }
    now = now_ns();
    while (count > 0 && queue[head].due_ns <= now) {
      if (write(tun, queue[head].bytes, queue[head].len) < 0 && errno != EAGAIN)
        die("write");
      head = (head + 1) % QUEUE_LEN;
      count--;
    }
  }
}
