'use strict'

// Bugs for a copy of the sources, one for each kind that a check must catch, and the calls in
// which they show:
//
//   node --expose-gc test/sanitizers/planted.js <binary> <name of a bug>

const fs = require('node:fs')
const path = require('node:path')

const model = (native) => native.connCreate({}, '22.19.0', 0, Infinity)

const bugs = [
  {
    name: 'a model is never freed',
    file: 'src/napi/bind_conn.c',
    lines: '#define free(pointer) ((void) (pointer))',
    calls (native) {
      for (let i = 0; i < 100; i++) model(native)
      globalThis.gc()
    },
    report: /LeakSanitizer[^]*lbst_bind_conn_create/,
    valgrind: /definitely lost[^]*lbst_bind_conn_create/
  },
  {
    name: 'the last bytes of a log are missing',
    file: 'src/napi/bind_log.c',
    lines: '#define calloc(count, size) calloc(count, (size) - 8)',
    calls (native) {
      const handle = native.logOpen({ format: 'nginx-access', record: false, logFormat: '', entries: 'all', evidence: 0, sinceMs: null, untilMs: null })
      // more than one call has room for
      native.logScan(handle, Buffer.from('x\n'.repeat(5000)), true)
    },
    report: /heap-buffer-overflow/,
    valgrind: /Invalid write/
  },
  {
    name: 'a sum of signed numbers overflows',
    file: 'src/napi/bind_gate.c',
    lines: '#include <limits.h>\n#define lbst_gate_backlog(pending, fd) (*(pending) = 0, (lbst_status_t) ((fd) + INT_MAX))',
    calls (native) {
      try { native.gateBacklog(1) } catch {}
    },
    report: /runtime error: signed integer overflow/
  },
  {
    name: 'a byte behind the end of a text',
    file: 'src/core/spell.c',
    // a wrapper that reads what lies behind the caller's array
    lines: '#define lbst_spell_cost planted_spell_cost',
    more: '#undef lbst_spell_cost\nsize_t\nlbst_spell_cost(const char *word, size_t len, const char *known) {\n  return planted_spell_cost(word, len + (size_t) word[LBST_SPELL_MAX + 1], known);\n}\n',
    calls (native) {
      native.spellNearest('x', ['y'])
    },
    report: /stack-buffer-overflow/
  }
]

/** Plants all of them in the copy of the sources in `dir`. */
function plantBugs (dir) {
  for (const { file, lines, more = '' } of bugs) {
    const name = path.join(dir, file)
    const text = fs.readFileSync(name, 'utf8')
    // behind the headers, which declare what is planted on
    const at = text.indexOf('\n', text.lastIndexOf('#include')) + 1
    fs.writeFileSync(name, text.slice(0, at) + lines + '\n' + text.slice(at) + more)
  }
}

module.exports = { bugs, plantBugs }

if (require.main === module) {
  const [binary, name] = process.argv.slice(2)
  bugs.find((bug) => bug.name === name).calls(require(binary))
}
