#ifndef LBST_GATE_H
#define LBST_GATE_H

#include <stdint.h>

/* The gate: a program in classic BPF that a listening TCP socket runs on each segment
 * that comes for it. It drops what asks for a new connection and lets all else pass, so
 * that handshakes under way finish and the accept backlog empties for good. A peer whose
 * SYN was dropped tries again a second later; by then the socket is closed and it is
 * refused, which says for certain that no request was sent. */

#define LBST_GATE_PROGRAM_LEN 5

/* One instruction, field by field as <linux/filter.h> has it. */
typedef struct lbst_gate_insn_s {
  uint16_t code;
  uint8_t jump_true; /* how many instructions to skip */
  uint8_t jump_false;
  uint32_t k;
} lbst_gate_insn_t;

/* Writes the program. It reads the segment from its TCP header on, which is where a
 * filter on a TCP socket starts. */
void
lbst_gate_build(lbst_gate_insn_t program[LBST_GATE_PROGRAM_LEN]);

#endif /* LBST_GATE_H */
