'use strict'

// A doctor's report in words.

const stateNames = {
  unused: 'never used',
  idle: 'idle after an answer',
  headers: 'headers half sent',
  body: 'body half sent'
}

function duration (ms) {
  if (ms === null) return 'without end'
  if (ms < 1000) return `${Number(ms.toFixed(1))} ms`
  return `${Number((ms / 1000).toFixed(3))} s`
}

function lbIdle (lb) {
  return lb.idleTimeoutMs === null ? 'keeps an idle connection without a limit' : `keeps an idle connection for ${duration(lb.idleTimeoutMs)}`
}

const reasonTexts = {
  LBST_D_OUTLASTS: ({ minMs }, lb) => `the soonest close came after ${duration(minMs)}, later than that of ${lb.name} (${duration(lb.idleTimeoutMs)})`,
  LBST_D_OPEN_AT_LIMIT: (state, lb, limitMs) => `still open after ${duration(limitMs)}, when measuring ended; ${lb.name} gives it up after ${duration(lb.idleTimeoutMs)}`,
  LBST_D_NOT_KEPT: () => 'the answer said `Connection: close`, so there is no connection to be lost',
  LBST_D_CLOSES_FIRST: ({ unsafeMs }, lb) => `the server closes it first: what ${lb.name} sends between ${duration(unsafeMs.from)} and ${duration(unsafeMs.to)} can be lost`,
  LBST_D_UNBOUNDED_LB: ({ minMs }, lb) => `the server closes it after ${duration(minMs)}, and ${lb.name} keeps it without a limit: what is sent at that moment can be lost`,
  LBST_D_UNUSED_CLOSES: ({ minMs }, lb) => `the server closes it after ${duration(minMs)}: that matters only if ${lb.name} opens connections in advance`,
  LBST_D_UNASKED_ANSWER: ({ statuses }) => `the close comes with a ${statuses.join(', ')} that nobody asked for`,
  LBST_D_CUT_ANSWERED: ({ minMs, statuses }) => `a sender that stops half way is told so with a ${statuses.join(', ')}, after ${duration(minMs)}; no race of idle connections`,
  LBST_D_CUT_SILENTLY: ({ minMs }, lb) => `a sender that stops half way is cut off after ${duration(minMs)} without an answer, of which ${lb.name} makes an error of its own; no race of idle connections`,
  LBST_D_LIMIT_REACHED: (state, lb, limitMs) => `not closed within ${duration(limitMs)}, the limit of this run, and ${lb.name} ${lbIdle(lb)}: known is only that it is kept for ${duration(limitMs)} or longer`,
  LBST_D_NO_SAMPLE: ({ errors }) => `no connection told anything${errors.length === 0 ? '' : ` (${errors.join(', ')})`}`,
  LBST_D_MAY_BE_SOONER: ({ minMs, knownMs }, lb) => `the soonest close that was seen came after ${duration(minMs)}, by a check that runs now and then; of one that is opened at another moment it is known only that it is kept for ${duration(knownMs.from)} or longer, and ${lb.name} ${lbIdle(lb)}: more --connections, or another run, tell more`,
  LBST_D_SOME_FAILED: ({ connections, ends, errors }) => `${ends.failed} of ${connections} connections told nothing (${errors.join(', ')}), and nobody knows what became of requests on them`,
  LBST_D_THIN_MARGIN: () => 'by less than a second: one stall of the event loop uses that up',
  LBST_D_SPREAD: ({ minMs, maxMs }) => `closes differ by ${duration(maxMs - minMs)}: more than one server seems to answer here`
}

const errorTexts = {
  ECONNREFUSED: () => 'nothing listens there',
  ENOTFOUND: () => 'there is no host of that name',
  EAI_AGAIN: () => 'the name of the host cannot be looked up',
  EHOSTUNREACH: () => 'there is no way to that host',
  ENETUNREACH: () => 'there is no way to that host',
  ERR_SSL_WRONG_VERSION_NUMBER: ({ host, port }) => `no TLS is spoken there; try http://${host}:${port}`,
  EPROTO: ({ host, port }) => `no TLS is spoken there; try http://${host}:${port}`,
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: () => 'it speaks no HTTP/1.1 over TLS, and doctor nothing else'
}

/** Why a server did not answer: its code in words, where there are any. */
function tellError (error, target) {
  if (Object.hasOwn(errorTexts, error)) return `${errorTexts[error](target)} (${error})`
  // what a TLS server does with a request that is none to it
  const cut = error === 'closed before there was an answer' || error === 'ECONNRESET'
  return cut && !target.secure ? `${error}; if it speaks TLS, write https://` : error
}

const endNames = { fin: 'FIN', rst: 'RST', 408: '408', answer: 'other answer', open: 'open', notKept: 'not kept', failed: 'failed' }

/** '18 × FIN, 2 × open' */
function tellEnds (ends) {
  return Object.entries(endNames).filter(([key]) => ends[key] > 0).map(([key, name]) => `${ends[key]} × ${name}`).join(', ')
}

function tellCloses ({ minMs, medianMs, maxMs }) {
  return minMs === null ? '–' : [minMs, medianMs, maxMs].map(duration).join(' / ')
}

function tellReasons (finding, lb, limitMs) {
  return finding.reasons.map((code) => ({ code, message: reasonTexts[code](finding, lb, limitMs) }))
}

function tellRace (race) {
  if (race === null) return 'not swept'
  const { tried, answered, lost, late, failed, lostMs, window } = race
  const lostText = lost === 0 ? '0 lost' : `${lost} LOST (sent after ${duration(lostMs.from)} to ${duration(lostMs.to)})`
  return `${tried} requests sent ${duration(window.fromMs)} to ${duration(window.toMs)} after an answer: ${answered} answered, ${lostText}, ` +
    `${late} not sent, as the close was here first${failed > 0 ? `, ${failed} failed` : ''}`
}

// the catalogue's lines are for a server that nobody has changed
const unchangedNode = 'the lines are for an unchanged Node: put your number in place of 4 s'

/** What to change on the load balancer's side: { side, text, lines: [{ where, line }] }. */
function tellLbRemedy (lb, idleBelowMs, lines) {
  const side = lb.name
  if (lb.idleTimeoutMs === null) return { side, text: 'keep it from reusing connections, or give it an idle limit', lines }
  if (idleBelowMs < 1) return { side, text: 'no idle timeout is short enough for this server: it must not reuse connections', lines: [] }
  return { side, text: `an idle timeout of ${duration(idleBelowMs)} at most${lines.length === 0 ? '' : `; ${unchangedNode}`}`, lines }
}

/** Both remedies for a server that is not safe; [] where nothing has to be done. */
function tellRemedies ({ verdict, lb, idleBelowMs }, { shown, timeouts }, lbLines) {
  if (verdict !== 'unsafe') return []
  const values = ['keepAliveTimeout', 'headersTimeout', 'requestTimeout'].filter((name) => timeouts[name] !== undefined).map((name) => `${name} ${timeouts[name]}`)
  const text = `${values.join(', ')} (ms), and no server.timeout; lb-safe-timeouts sets them:`
  const line = `applyLbSafeTimeouts(server, ${shown})`
  return [{ side: 'Node', text, lines: [{ where: 'the server', line }] }, tellLbRemedy(lb, idleBelowMs, lbLines)]
}

/** How exact the times are. */
function tellExactness ({ lateMs }) {
  return `times are as this client saw them, which was up to ${duration(lateMs)} late itself`
}

function tellUnknown ({ limitMs, states }) {
  const isCut = [states.unused, states.idle].some(({ reasons }) => reasons.includes('LBST_D_LIMIT_REACHED'))
  return isCut ? `each connection was watched for ${duration(limitMs)} (--limit)` : 'why is told with each kind of connection'
}

const verdictTexts = {
  safe: ({ lb }) => `SAFE: the server outlasts ${lb.name}, idle or never used`,
  unsafe: ({ lb }) => `UNSAFE: the server closes connections that ${lb.name} still uses`,
  inconclusive: (report) => `INCONCLUSIVE: not known yet whether the server outlasts ${report.lb.name}, which ${lbIdle(report.lb)}; ${tellUnknown(report)}`
}

function tellVerdict (report) {
  return verdictTexts[report.verdict](report)
}

module.exports = { stateNames, duration, lbIdle, tellEnds, tellCloses, tellReasons, tellRace, tellRemedies, tellExactness, tellVerdict, tellError }
