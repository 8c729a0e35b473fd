'use strict'

// The verdicts on ALB lines as SQL, to run where the logs lie. One query in three dialects:
// a table of whole lines, their first words, and judge_alb() of verdict.c as a CASE.

const { createError, inspect } = require('../errors')
const { native } = require('../binding')

const text = (value) => `'${value.replace(/'/g, "''")}'`

const dialects = {
  athena: {
    table: (where) => `CREATE EXTERNAL TABLE IF NOT EXISTS lb_lines (line string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
WITH SERDEPROPERTIES ('input.regex' = '(.*)')
LOCATION ${text(where ?? 's3://YOUR-BUCKET/AWSLogs/YOUR-ACCOUNT/elasticloadbalancing/YOUR-REGION/')};`,
    source: () => 'lb_lines',
    split: "split(line, ' ')",
    word: (n) => `element_at(w, ${n})`,
    number: (word) => `TRY_CAST(${word} AS double)`,
    matches: (value, pattern) => `regexp_like(${value}, ${text(pattern)})`,
    method: 'regexp_extract(element_at(w, 13), \'^"([A-Z]{1,16})$\', 1)'
  },
  duckdb: {
    table: (where) => `CREATE OR REPLACE VIEW lb_lines AS
SELECT line FROM read_csv(${text(where ?? 'logs/*.log.gz')}, columns = {'line': 'VARCHAR'},
  header = false, auto_detect = false, delim = E'\\x01', quote = '', escape = '', strict_mode = false);`,
    source: () => 'lb_lines',
    split: "string_split(line, ' ')",
    word: (n) => `w[${n}]`,
    number: (word) => `TRY_CAST(${word} AS double)`,
    matches: (value, pattern) => `regexp_matches(${value}, ${text(pattern)})`,
    method: 'nullif(regexp_extract(w[13], \'^"([A-Z]{1,16})$\', 1), \'\')'
  },
  clickhouse: {
    table: (where) => `CREATE TABLE IF NOT EXISTS lb_lines (line String)
ENGINE = S3(${text(where ?? 'https://YOUR-BUCKET.s3.YOUR-REGION.amazonaws.com/AWSLogs/**/*.log.gz')}, 'LineAsString');`,
    source: () => 'lb_lines',
    split: "splitByChar(' ', line)",
    word: (n) => `w[${n}]`,
    number: (word) => `toFloat64OrNull(${word})`,
    matches: (value, pattern) => `match(${value}, ${text(pattern.replace(/\\/g, '\\\\'))})`,
    method: 'nullIf(extract(w[13], \'^"([A-Z]{1,16})$\'), \'\')'
  }
}

function createQuery ({ source, split, word, number, matches, method }) {
  return `WITH words AS (
  SELECT line, ${split} AS w FROM ${source()} WHERE line <> ''
), fields AS (
  SELECT line, ${word(1)} AS type, ${word(2)} AS time, ${word(5)} AS target,
    ${number(word(6))} AS connect_s, ${number(word(7))} AS answer_s, ${number(word(8))} AS rest_s,
    CASE WHEN ${word(9)} IN ('-', '0') THEN 0 ELSE ${number(word(9))} END AS status,
    ${word(10)} AS target_status, ${method} AS method
  FROM words
)
SELECT time, method, status, target,
  CASE
    WHEN type IS NULL OR type NOT IN ('http', 'https', 'h2', 'grpcs', 'ws', 'wss')
      OR connect_s IS NULL OR answer_s IS NULL OR rest_s IS NULL OR status IS NULL
      OR NOT ${matches('time', '^[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-6][0-9]')}
      OR NOT ${matches('target_status', '^(-|0|[0-9]{3})$')} THEN 'bad'
    WHEN target_status NOT IN ('-', '0', '000') THEN CASE
      WHEN status < 500 THEN 'ok'
      WHEN target_status >= '500' THEN 'app-error'
      ELSE 'mid-response' END
    WHEN status IN (0, 408, 460, 499) THEN 'client-left'
    WHEN status < 400 THEN 'ok'
    WHEN status >= 500 AND ${matches('line', '" "Lambda[A-Za-z]+"')} THEN 'app-error'
    WHEN status = 502 THEN CASE
      WHEN connect_s < 0 AND answer_s < 0 THEN 'refused'
      WHEN target = '-' THEN 'other'
      WHEN answer_s > 1 THEN 'app-error'
      ELSE 'keep-alive-race' END
    WHEN status = 503 THEN 'refused'
    WHEN status = 504 THEN CASE
      WHEN answer_s < 0 AND connect_s BETWEEN 9.5 AND 10.5 THEN 'refused'
      ELSE 'target-timeout' END
    ELSE 'other'
  END AS verdict, line
FROM fields;
`
}

/** The table (`where` the lines are) and the query, for athena, duckdb or clickhouse. */
function createSql (dialect, { format = 'alb', where } = {}) {
  if (!Object.hasOwn(dialects, dialect)) {
    const nearest = native().spellNearest(dialect, Object.keys(dialects))
    throw createError('LBST_E_INVALID_TYPE', `there is no SQL dialect ${inspect(dialect)}; ${nearest === null ? `known are ${Object.keys(dialects).join(', ')}` : `did you mean '${nearest}'?`}`)
  }
  if (format !== 'alb' && format !== 'auto') throw createError('LBST_E_UNSUPPORTED', `--sql knows the format alb only, got ${inspect(format)}`)
  return `${dialects[dialect].table(where)}\n\n${createQuery(dialects[dialect])}`
}

module.exports = { createSql }
