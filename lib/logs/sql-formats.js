'use strict'

// What a query reads of a line, and the CASE that judges it: judge_alb(), judge_clb() and
// judge_cloudfront() of verdict.c. test/sql holds them against each other, row by row.

const isoTime = '^[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-6][0-9]'
const clock = '^([01][0-9]|2[0-3]):[0-5][0-9]:[0-6][0-9]'
const day = '^[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]$'
const method = '^"([A-Z]{1,16})$'

// LBST_RACE_US_MAX: after that the target did not just close an idle connection
const isLate = 'answer_s > 1'

/** A status; '-' and '0' are none. NULL: it is no status. */
function status ({ number }, word) {
  return `CASE WHEN ${word} IN ('-', '0') THEN 0 WHEN length(${word}) = 3 AND ${word} NOT LIKE '%.%' THEN ${number(word)} END`
}

/** Seconds; -1 where there was none. NULL: it is no number. */
function seconds ({ number }, word) {
  return `CASE WHEN ${word} IS NULL OR ${word} = '-' THEN -1 ELSE ${number(word)} END`
}

/** Rows of [verdict, causes] for a CASE. */
function whenIn (column, rows) {
  return rows.map(([verdict, ...causes]) => `WHEN ${column} IN (${causes.map((cause) => `'${cause}'`).join(', ')}) THEN '${verdict}'`).join('\n    ')
}

const alb = {
  separator: ' ',
  where: "line <> ''",
  columns (dialect) {
    const { word, extract } = dialect
    return {
      type: word(1),
      time: word(2),
      target: `coalesce(${word(5)}, '')`,
      connect_s: seconds(dialect, word(6)),
      answer_s: seconds(dialect, word(7)),
      rest_s: seconds(dialect, word(8)),
      lb_status: word(9),
      status: status(dialect, word(9)),
      target_status: word(10),
      request: word(13),
      method: extract(word(13), method)
    }
  },
  verdict: ({ matches }) => `
    WHEN type IS NULL OR type NOT IN ('http', 'https', 'h2', 'grpcs', 'ws', 'wss')
      OR request IS NULL OR request NOT LIKE '"%'
      OR connect_s IS NULL OR answer_s IS NULL OR rest_s IS NULL OR status IS NULL
      OR NOT ${matches('time', isoTime)}
      OR NOT ${matches('target_status', '^(-|0|[0-9]{3})$')} THEN 'bad'
    WHEN status IN (0, 408, 460, 499)
      AND (target_status IN ('-', '0', '000') OR target_status <> lb_status) THEN 'client-left'
    WHEN target_status NOT IN ('-', '0', '000') THEN CASE
      WHEN status < 500 THEN 'ok'
      WHEN target_status >= '500' THEN 'app-error'
      ELSE 'mid-response' END
    WHEN status < 400 THEN 'ok'
    WHEN status >= 500 AND ${matches('line', '" "Lambda[A-Za-z]+"')} THEN 'app-error'
    WHEN status = 502 THEN CASE
      WHEN connect_s < 0 AND answer_s < 0 THEN 'refused'
      WHEN target IN ('-', '') THEN 'other'
      WHEN ${isLate} THEN 'app-error'
      ELSE 'keep-alive-race' END
    WHEN status = 503 THEN 'refused'
    WHEN status = 504 THEN CASE
      WHEN answer_s < 0 AND connect_s BETWEEN 9.5 AND 10.5 THEN 'refused'
      ELSE 'target-timeout' END
    ELSE 'other'`
}

const clb = {
  separator: ' ',
  where: "line <> ''",
  columns (dialect) {
    const { word, extract } = dialect
    return {
      time: word(1),
      target: word(4),
      connect_s: seconds(dialect, word(5)),
      answer_s: seconds(dialect, word(6)),
      rest_s: seconds(dialect, word(7)),
      status: status(dialect, word(8)),
      target_status: status(dialect, word(9)),
      request: word(12),
      method: extract(word(12), method)
    }
  },
  verdict: ({ matches }) => `
    WHEN request IS NULL OR request NOT LIKE '"%' OR NOT ${matches('time', isoTime)}
      OR connect_s IS NULL OR answer_s IS NULL OR rest_s IS NULL
      OR status IS NULL OR target_status IS NULL THEN 'bad'
    WHEN target_status >= 500 THEN 'app-error'
    WHEN target_status <> 0 AND status < 500 THEN 'ok'
    WHEN status = 0 AND method IS NULL THEN 'other'
    WHEN status IN (0, 408, 460, 499) THEN 'client-left'
    WHEN status = 502 THEN 'app-error'
    WHEN status = 503 THEN 'refused'
    WHEN status = 504 THEN CASE WHEN ${isLate} THEN 'target-timeout' ELSE 'keep-alive-race' END
    ELSE 'other'`
}

const cloudfrontCauses = [
  ['refused', 'OriginConnectError', 'OriginDnsError'],
  ['app-error', 'OriginError', 'OriginInvalidResponseError', 'OriginHeaderTooBigError', 'OriginZeroSizeObjectError', 'OriginContentRangeLengthError'],
  ['client-left', 'ClientCommError', 'ClientHungUpRequest'],
  ['other', 'AbortedOrigin']
]

// the 33 fields of the standard log in their documented order
const cloudfront = {
  separator: '\t',
  where: "line <> '' AND line NOT LIKE '#%'",
  columns (dialect) {
    const { word } = dialect
    return {
      day: word(1),
      clock: word(2),
      time: `concat(${word(1)}, 'T', ${word(2)}, 'Z')`,
      method: word(6),
      status: status(dialect, word(9)),
      cause: word(14),
      target: word(16),
      answer_s: seconds(dialect, word(19)),
      detail: `coalesce(${word(29)}, '')`
    }
  },
  verdict: ({ matches }) => `
    WHEN clock IS NULL OR status IS NULL OR answer_s IS NULL
      OR NOT ${matches('day', day)} OR NOT ${matches('clock', clock)} THEN 'bad'
    WHEN detail IN ('OriginReadError', 'OriginWriteError') THEN CASE WHEN ${isLate} THEN 'app-error' ELSE 'keep-alive-race' END
    WHEN detail = 'OriginCommError' THEN CASE WHEN ${isLate} THEN 'target-timeout' ELSE 'keep-alive-race' END
    ${whenIn('detail', cloudfrontCauses)}
    WHEN status IN (0, 408, 460, 499) THEN 'client-left'
    WHEN status < 500 THEN 'ok'
    WHEN status = 504 THEN 'target-timeout'
    WHEN cause = 'Error' THEN 'other'
    ELSE 'app-error'`
}

module.exports = { sqlFormats: { alb, clb, cloudfront } }
