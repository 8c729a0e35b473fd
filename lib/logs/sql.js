'use strict'

// The verdicts as SQL, to run where the logs lie. One query per format in three dialects: a
// table of whole lines, their words, and what verdict.c says as a CASE.

const { createError, inspect } = require('../errors')
const { native } = require('../binding')
const { checkFormat } = require('./formats')
const { sqlFormats } = require('./sql-formats')

const text = (value) => `'${value.replace(/'/g, "''")}'`

const dialects = {
  athena: {
    table (where = 's3://YOUR-BUCKET/YOUR-PREFIX/') {
      if (!/^s3:\/\/[^*]+$/.test(where)) throw createError('LBST_E_INVALID_TYPE', `Athena reads all that lies below a place such as s3://bucket/prefix/, got ${inspect(where)}`)
      return `CREATE EXTERNAL TABLE IF NOT EXISTS lb_lines (line string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
WITH SERDEPROPERTIES ('input.regex' = '(.*)')
LOCATION ${text(where.replace(/\/*$/, '/'))};`
    },
    source: () => 'lb_lines',
    split: (separator) => `split(line, ${separator === '\t' ? 'chr(9)' : text(separator)})`,
    word: (n) => `element_at(w, ${n})`,
    number: (word) => `TRY_CAST(${word} AS double)`,
    matches: (value, pattern) => `regexp_like(${value}, ${text(pattern)})`,
    extract: (value, pattern) => `regexp_extract(${value}, ${text(pattern)}, 1)`
  },
  duckdb: {
    table: (where = 'logs/*.gz') => `CREATE OR REPLACE VIEW lb_lines AS
SELECT line FROM read_csv(${text(where)}, columns = {'line': 'VARCHAR'},
  header = false, auto_detect = false, delim = E'\\x01', quote = '', escape = '', strict_mode = false);`,
    source: () => 'lb_lines',
    split: (separator) => `string_split(line, ${separator === '\t' ? 'chr(9)' : text(separator)})`,
    word: (n) => `w[${n}]`,
    number: (word) => `TRY_CAST(${word} AS double)`,
    matches: (value, pattern) => `regexp_matches(${value}, ${text(pattern)})`,
    extract: (value, pattern) => `nullif(regexp_extract(${value}, ${text(pattern)}, 1), '')`
  },
  clickhouse: {
    table: (where = 'https://YOUR-BUCKET.s3.YOUR-REGION.amazonaws.com/YOUR-PREFIX/**/*.gz') => `CREATE OR REPLACE VIEW lb_lines AS
SELECT line FROM ${/^(https?|s3):/.test(where) ? 's3' : 'file'}(${text(where)}, 'LineAsString', 'line String');`,
    source: () => 'lb_lines',
    split: (separator) => `splitByChar(${separator === '\t' ? "'\\t'" : text(separator)}, line)`,
    // a word that is not there would be an empty one, which a line may have too
    word: (n) => `if(length(w) >= ${n}, w[${n}], NULL)`,
    number: (word) => `toFloat64OrNull(${word})`,
    matches: (value, pattern) => `match(${value}, ${text(pattern.replace(/\\/g, '\\\\'))})`,
    extract: (value, pattern) => `nullIf(extract(${value}, ${text(pattern)}), '')`
  }
}

function createQuery (dialect, { separator, where, columns, verdict }) {
  const { source, split } = dialect
  const list = Object.entries(columns(dialect)).map(([name, expression]) => `${expression} AS ${name}`)
  return `WITH words AS (
  SELECT line, ${split(separator)} AS w FROM ${source()} WHERE ${where}
), fields AS (
  SELECT line, ${list.join(',\n    ')}
  FROM words
)
SELECT time, method, status, target,
  CASE
    ${verdict(dialect).trim()}
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
  checkFormat(format)
  const name = format === 'auto' ? 'alb' : format
  if (!Object.hasOwn(sqlFormats, name)) throw createError('LBST_E_UNSUPPORTED', `--sql knows the formats ${Object.keys(sqlFormats).join(', ')}, got ${inspect(format)}`)
  return `${dialects[dialect].table(where)}\n\n${createQuery(dialects[dialect], sqlFormats[name])}`
}

module.exports = { createSql, sqlFormats: Object.keys(sqlFormats) }
