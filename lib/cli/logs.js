'use strict'

// logs: what became of each request in a load balancer's logs.

const fs = require('node:fs')
const { createError, inspect } = require('../errors')
const { classifyLogFiles } = require('../logs')
const { drawReport } = require('../logs/picture')
const { plainText } = require('../plain-text')
const { checkWritable } = require('./file')

const columns = ['file', 'line', 'verdict', 'time', 'method', 'status', 'target', 'why']

const reasons = { ENOENT: 'there is no such file or folder', EACCES: 'you may not' }

function csvCell (value) {
  const text = value === null ? '' : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}

function csvLine (entry) {
  return columns.map((name) => csvCell(entry[name])).join(',') + '\n'
}

function checkFlags (flags) {
  const outputs = ['json', 'csv', 'sql'].filter((name) => flags[name] !== undefined)
  if (outputs.length > 1) throw createError('LBST_E_CONFLICT', `--${outputs.join(' and --')} contradict each other`)
  if (flags.sql !== undefined && flags.html !== undefined) throw createError('LBST_E_CONFLICT', '--sql reads no logs, so there is nothing for --html to show')
  if (flags.sql !== undefined && flags.operands.length > 1) throw createError('LBST_E_CONFLICT', `--sql writes for one place where the logs lie, got ${flags.operands.length}: quote a pattern such as 'logs/*.gz'`)
  const unread = ['since', 'until', 'log-format'].filter((name) => flags.sql !== undefined && flags[name] !== undefined)
  if (unread.length > 0) throw createError('LBST_E_CONFLICT', `--sql reads no logs, so there is nothing for --${unread.join(' and --')} to choose: add it to the query`)
  if (flags.html !== undefined) checkWritable(flags.html)
  if (flags.sql === undefined && flags.operands.length === 0) {
    throw createError('LBST_E_INVALID_TYPE', "logs needs files or folders, or '-' for what is piped in")
  }
}

async function run (flags, io) {
  checkFlags(flags)
  if (flags.sql !== undefined) {
    io.stdout.write(require('../logs/sql').createSql(flags.sql, { format: flags.format, where: flags.operands[0] }))
    return 0
  }
  const options = { format: flags.format, logFormat: flags['log-format'], since: flags.since, until: flags.until, minutes: flags.json === true }
  if (flags.csv) {
    io.stdout.write(columns.join(',') + '\n')
    options.onEntries = (entries) => io.stdout.write(entries.map(csvLine).join(''))
  }
  let report
  try {
    report = await classifyLogFiles(flags.operands, options)
  } catch (error) {
    if (error.syscall === undefined) throw error
    throw createError('LBST_E_INVALID_TYPE', `${inspect(error.path ?? '-')} cannot be read: ${reasons[error.code] ?? error.message}`)
  }
  if (flags.html !== undefined) fs.writeFileSync(flags.html, require('../report/logs').renderLogs(report))
  if (flags.json) io.stdout.write(JSON.stringify(report, null, 2) + '\n')
  else if (!flags.csv) io.stdout.write(drawReport(report))
  if (flags.csv) for (const { file, message } of report.failures) io.stderr.write(plainText(`not read to its end: ${file}: ${message}\n`))
  if (report.lines === 0 && report.failures.length > 0) return 2
  // no all-clear from nothing, nor from lines that nobody could read or asked for
  if (report.bad === report.lines) return 3
  if (report.races.total > 0) return 1
  return report.races.undecided > 0 ? 3 : 0
}

module.exports = {
  summary: 'What became of each request in the logs of a load balancer.',
  usage: '<files, folders or -> [--format auto] [--since <time>] [--until <time>] [--json|--csv|--sql <dialect>] [--html report.html]',
  operands: 'files',
  flags: {
    format: { type: 'string', what: 'the format, such as alb or nginx-error (default: by content)' },
    'log-format': { type: 'string', what: "nginx's own log_format, for its access log" },
    since: { type: 'string', what: 'only from this time on, such as 2026-01-14T09:00:00Z; without a zone it is UTC' },
    until: { type: 'string', what: 'only before this time' },
    json: { type: 'boolean', what: 'the report as JSON' },
    csv: { type: 'boolean', what: 'a row per line' },
    html: { type: 'string', what: 'the report as one HTML file, written there' },
    sql: { type: 'string', what: 'athena, duckdb or clickhouse: the same as a query, with --format alb (default), clb or cloudfront' }
  },
  run
}
