/* The gate's program, byte by byte, and then run on segments: a classic BPF machine of
 * the four instructions that it uses. */
#include "../../src/core/gate.h"

#include "tap.h"

/* tcpdump -dd's way of writing "drop SYN without ACK", from linux/bpf_common.h by hand */
static const lbst_gate_insn_t wanted[LBST_GATE_PROGRAM_LEN] = {
  {0x30, 0, 0, 13},         /* ldb [13] */
  {0x54, 0, 0, 0x12},       /* and #SYN|ACK */
  {0x15, 0, 1, 0x02},       /* jeq #SYN, next, the one after */
  {0x06, 0, 0, 0},          /* ret #0: drop */
  {0x06, 0, 0, 0xffffffff}, /* ret #-1: all of it */
};

static uint32_t
run(const lbst_gate_insn_t *program, const uint8_t *segment, size_t len) {
  uint32_t a = 0;
  size_t pc;

  for (pc = 0; pc < LBST_GATE_PROGRAM_LEN; pc++) {
    const lbst_gate_insn_t *insn = &program[pc];
    switch (insn->code) {
    case 0x30:
      if (insn->k >= len) return 0; /* as the kernel: a load past the end drops */
      a = segment[insn->k];
      break;
    case 0x54: a &= insn->k; break;
    case 0x15: pc += a == insn->k ? insn->jump_true : insn->jump_false; break;
    case 0x06: return insn->k;
    default: return 12345; /* no instruction of this machine */
    }
  }
  return 54321; /* ran off the end */
}

static const struct {
  uint8_t flags;
  bool passes;
  const char *what;
} rows[] = {
  {0x02, false, "SYN: a new connection"},
  {0xc2, false, "SYN with ECE and CWR: a new connection that offers ECN"},
  {0x0a, false, "SYN with PSH: a new connection with data (fast open)"},
  {0x10, true, "ACK: the end of a handshake under way"},
  {0x18, true, "PSH and ACK: the first request, before the connection is accepted"},
  {0x12, true, "SYN and ACK: an answer, not a question"},
  {0x11, true, "FIN and ACK: a peer that leaves"},
  {0x04, true, "RST: a peer that gives up"},
  {0x14, true, "RST and ACK"},
  {0x00, true, "no flag at all: for the kernel to judge"},
};

int
main(void) {
  lbst_gate_insn_t program[LBST_GATE_PROGRAM_LEN];
  uint8_t segment[20];
  size_t i;
  unsigned flags;
  unsigned dropped = 0;

  memset(program, 0xa5, sizeof(program));
  lbst_gate_build(program);
  for (i = 0; i < LBST_GATE_PROGRAM_LEN; i++) {
    is_u64(program[i].code, wanted[i].code, "instruction %zu: code", i);
    is_u64(program[i].jump_true, wanted[i].jump_true, "instruction %zu: jump if true", i);
    is_u64(program[i].jump_false, wanted[i].jump_false, "instruction %zu: jump if not",
           i);
    is_u64(program[i].k, wanted[i].k, "instruction %zu: operand", i);
  }
  /* the kernel takes the instructions as an array of eight bytes each */
  is_u64(sizeof(lbst_gate_insn_t), 8, "an instruction has no padding");

  memset(segment, 0xff, sizeof(segment));
  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    segment[13] = rows[i].flags;
    ok((run(program, segment, sizeof(segment)) != 0) == rows[i].passes, "%s %s",
       rows[i].what, rows[i].passes ? "passes" : "is dropped");
  }
  for (flags = 0; flags < 256; flags++) {
    segment[13] = (uint8_t) flags;
    if (run(program, segment, sizeof(segment)) == 0) dropped++;
  }
  is_u64(dropped, 64,
         "of all 256 flag bytes, those with SYN and without ACK are dropped");
  return done_testing();
}
