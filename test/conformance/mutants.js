'use strict'

// One rule of the model changed at a time. Each must be caught by what real Nodes did.
// `from` occurs exactly once in the file.

const conn = 'src/core/conn.c'
const due = 'src/core/due.c'
const rules = 'src/core/rules.c'
const node = 'src/core/node.def'

module.exports = [
  { why: 'a connection that never sends a byte has no limit', file: conn, from: 'if (rules->node.checker == LBST_CHECKER_INTERVAL) {\n    conn->watched = true;', to: 'if (rules->node.checker == LBST_CHECKER_INTERVAL) {\n    conn->watched = false;' },
  { why: 'the limits count from the accept for ever', file: conn, from: 'conn->headers_complete = false;\n  conn->message_start = conn->now;', to: 'conn->headers_complete = false;' },
  { why: 'headersTimeout rules the body as well', file: due, from: 'if (!conn->headers_complete && rules->headers_ns > 0) {', to: 'if (rules->headers_ns > 0) {' },
  { why: 'requestTimeout rules the handler as well', file: conn, from: 'conn->message_begun = false;\n  conn->watched = false;', to: 'conn->message_begun = false;' },
  { why: 'a headersTimeout above requestTimeout is not swapped', file: rules, from: 'if (rules->request_ns > 0 && rules->headers_ns > rules->request_ns) {', to: 'if (false && rules->headers_ns > rules->request_ns) {' },
  { why: 'requestTimeout 0 is a limit of 0 ms', file: due, from: 'if (rules->request_ns > 0) {\n    uint64_t request', to: 'if (true) {\n    uint64_t request' },
  { why: 'the check runs at once, not every interval', file: rules, from: 'rules->check_ns = (uint32_t) check * LBST_NS_PER_MS;', to: '(void) check;' },
  { why: 'the check has another phase', file: due, from: 'return conn->check_anchor + run * check_ns;', to: 'return conn->check_anchor + run * check_ns + check_ns / 2;' },
  { why: 'no 408, only a destroy', file: due, from: 'return LBST_ACTION_RESPOND_408;', to: 'return LBST_ACTION_DESTROY;' },
  { why: 'a 408 behind a head that is out', file: due, from: 'if (conn->open_answers > 0 && conn->head_sent) return LBST_ACTION_DESTROY;', to: '' },
  { why: 'keepAliveTimeout 0 leaves the buffer', file: rules, from: 'if (idle == 0.0 || idle != idle) return;', to: 'if (idle != idle) return;' },
  { why: 'no constant second', file: rules, from: 'case LBST_BUFFER_CONSTANT: buffer = LBST_NODE_BUFFER_MS; break;', to: 'case LBST_BUFFER_CONSTANT: break;' },
  { why: 'keepAliveTimeoutBuffer is not read', file: rules, from: 'buffer = settings->buffer_ms;', to: 'buffer = LBST_NODE_BUFFER_MS;' },
  { why: 'a bad keepAliveTimeoutBuffer is 0', file: rules, from: 'buffer < 0.0)) buffer = LBST_NODE_BUFFER_MS;', to: 'buffer < 0.0)) buffer = 0.0;' },
  { why: 'a request does not stop the idle timer', file: conn, from: 'if (conn->timer_idle) set_timer(conn, conn->rules->socket_ms, false);', to: '' },
  { why: 'after an idle time server.timeout does not come back', file: conn, from: 'if (conn->timer_idle) set_timer(conn, conn->rules->socket_ms, false);', to: 'if (conn->timer_idle) set_timer(conn, 0, false);' },
  { why: 'a stray byte does the opposite', file: conn, from: 'rules->node.stray == LBST_STRAY_CANCELS)', to: 'rules->node.stray != LBST_STRAY_CANCELS)' },
  { why: 'a read does not start the timer anew', file: conn, from: 'const lbst_rules_t *rules = conn->rules;\n\n  touch_timer(conn);\n  if (conn->timer_idle && rules', to: 'const lbst_rules_t *rules = conn->rules;\n\n  if (conn->timer_idle && rules' },
  { why: 'the idle timer starts before the last pipelined answer', file: conn, from: 'if (conn->open_answers > 0) return; /* the next one is written now */', to: '' },
  { why: 'a CRLF begins a message', file: conn, from: 'case LBST_CONN_BLANK: end_read(conn); break;', to: 'case LBST_CONN_BLANK:\n    if (!conn->message_begun) begin_message(conn);\n    end_read(conn);\n    break;' },
  { why: 'server.timeout does not rule a fresh connection', file: conn, from: 'set_timer(conn, rules->socket_ms, false);\n  if (rules->node.checker', to: 'if (rules->node.checker' },
  { why: 'the shorter of server.timeout and the idle timeout rules', file: conn, from: 'set_timer(conn, rules->idle_ms, true);', to: 'set_timer(conn, rules->socket_ms > 0 && rules->socket_ms < rules->idle_ms ? rules->socket_ms : rules->idle_ms, true);' },
  { why: 'a stall delays nothing', file: conn, from: 'run_late(conn, conn->now, until);', to: '(void) run_late;' },
  { why: 'an upgraded connection keeps its timers', file: conn, from: 'case LBST_CONN_UPGRADE: conn->phase = LBST_PHASE_UPGRADED; break;', to: 'case LBST_CONN_UPGRADE: break;' },
  { why: 'the peer\'s FIN changes nothing', file: conn, from: 'case LBST_CONN_PEER_END: end(conn); break;', to: 'end(conn); break;\n  case LBST_CONN_PEER_END: break;' },
  { why: 'an answer with Connection: close is kept alive', file: conn, from: 'case LBST_CONN_RESPONSE_FINISH_CLOSE:\n', to: 'case LBST_CONN_RESPONSE_FINISH_CLOSE: on_response_finish(conn); break;\n' },
  { why: 'maxRequestsPerSocket closes', file: conn, from: 'if (!rules->idle_set) return;', to: 'if (lbst_conn_says_close(conn)) { end(conn); return; }\n  if (!rules->idle_set) return;' },
  { why: 'server.close() lets the check run on', file: conn, from: 'conn->check_stopped = true;', to: '' },
  { why: 'server.close() destroys no idle connection', file: conn, from: 'if (!conn->rules->node.close_ends_idle || !lbst_conn_is_idle(conn)) return;', to: 'return;' },
  { why: 'a limit of -1 is always 0', file: rules, from: 'if (rules->node.bad_limit == LBST_BAD_LIMIT_ZERO) {', to: 'if (true) {' },
  { why: '18.10 writes a 408 behind earlier answers', file: due, from: 'if (conn->answered && !conn->rules->node.late_408)', to: 'if (false)' },
  { why: '18.10 subtracts without wrapping', file: due, from: 'if (rules->node.young_clock) {', to: 'if (false) {' },
  { why: 'the Keep-Alive header is rounded', file: rules, from: 'double value = rules->advertised_ms / 1000.0;', to: 'double value = (rules->advertised_ms + 500.0) / 1000.0;' },
  { why: '18.20.8 has the second of 20.18', file: node, from: 'LBST_NODE(18, 20, 3,   NONE,     CANCELS,', to: 'LBST_NODE(18, 20, 3,   CONSTANT, CANCELS,' },
  { why: '18.20.8 restarts at a stray byte', file: node, from: 'LBST_NODE(18, 20, 3,   NONE,     CANCELS,', to: 'LBST_NODE(18, 20, 3,   NONE,     RESTARTS,' },
  { why: '20.20.1 has no buffer', file: node, from: 'LBST_NODE(20, 20, 1,   CONSTANT,', to: 'LBST_NODE(20, 20, 1,   NONE,    ' },
  { why: '22.17 restarts at a stray byte', file: node, from: 'LBST_NODE(22,  9, 0,   CONSTANT, CANCELS, ', to: 'LBST_NODE(22,  9, 0,   CONSTANT, RESTARTS,' },
  { why: '22.20 throws on a bad keepAliveTimeout', file: node, from: 'LBST_NODE(22, 20, 0,   PROPERTY, RESTARTS, INTERVAL, IGNORED,', to: 'LBST_NODE(22, 20, 0,   PROPERTY, RESTARTS, INTERVAL, THROWS, ' },
  { why: '24.20 reads -1 as 4294967295', file: node, from: 'LBST_NODE(24, 20, 0,   PROPERTY, RESTARTS, INTERVAL, IGNORED, ZERO,  ', to: 'LBST_NODE(24, 20, 0,   PROPERTY, RESTARTS, INTERVAL, IGNORED, ABORTS,' },
  { why: '26.7 leaves fresh connections at close()', file: node, from: 'LBST_NODE(26,  7, 0,   PROPERTY, RESTARTS, INTERVAL, IGNORED, ZERO,   0, LISTENING,   1, 1,', to: 'LBST_NODE(26,  7, 0,   PROPERTY, RESTARTS, INTERVAL, IGNORED, ZERO,   0, LISTENING,   1, 0,' }
]
