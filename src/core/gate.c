#include "gate.h"

/* classic BPF, as linux/bpf_common.h numbers it */
#define LOAD_BYTE_AT   0x30u /* BPF_LD | BPF_B | BPF_ABS */
#define AND_CONSTANT   0x54u /* BPF_ALU | BPF_AND | BPF_K */
#define JUMP_IF_EQUAL  0x15u /* BPF_JMP | BPF_JEQ | BPF_K */
#define RETURN         0x06u /* BPF_RET | BPF_K */
#define DROP           0u
#define PASS_ALL_BYTES UINT32_MAX

#define TCP_FLAGS_AT 13u /* offset in the TCP header */
#define TCP_SYN      0x02u
#define TCP_ACK      0x10u

void
lbst_gate_build(lbst_gate_insn_t program[LBST_GATE_PROGRAM_LEN]) {
  program[0] = (lbst_gate_insn_t){LOAD_BYTE_AT, 0, 0, TCP_FLAGS_AT};
  program[1] = (lbst_gate_insn_t){AND_CONSTANT, 0, 0, TCP_SYN | TCP_ACK};
  program[2] = (lbst_gate_insn_t){JUMP_IF_EQUAL, 0, 1, TCP_SYN};
  program[3] = (lbst_gate_insn_t){RETURN, 0, 0, DROP};
  program[4] = (lbst_gate_insn_t){RETURN, 0, 0, PASS_ALL_BYTES};
}
