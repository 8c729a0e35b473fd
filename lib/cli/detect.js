'use strict'

// detect: the hops that a load balancer's own configuration tells of, and which one governs.

const { planLbSafeTimeouts } = require('../apply')
const { createError, isOwn } = require('../errors')
const { parseLbMetadata } = require('../metadata')
const { readFileSync } = require('../metadata/file')
const { tooBig } = require('../metadata/fail')
const { inputBytesMax } = require('../metadata/limits')
const { plainText } = require('../plain-text')

async function readStream (stream) {
  const chunks = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > inputBytesMax) throw tooBig(`the input is longer than ${inputBytesMax} bytes`)
    chunks.push(Buffer.from(chunk))
  }
  return Buffer.concat(chunks)
}

async function readInput (file, io) {
  if (file === '-') return readStream(io.stdin)
  try {
    return readFileSync(file)
  } catch (error) {
    if (isOwn(error)) throw error
    throw createError('LBST_E_BAD_METADATA', `cannot be read: ${error.message}`)
  }
}

async function readOne (file, format, io) {
  try {
    const content = await readInput(file, io)
    return { file, ...parseLbMetadata(content, { format, file: file === '-' ? 'stdin' : file }) }
  } catch (error) {
    if (!isOwn(error)) throw error
    throw createError(error.code, `${file}: ${error.message}`)
  }
}

/** The plan for what was found, or why there is none. */
function plan (options) {
  try {
    return { plan: planLbSafeTimeouts(options), problem: null }
  } catch (error) {
    if (!isOwn(error)) throw error
    return { plan: null, problem: { code: error.code, message: error.message } }
  }
}

function idle ({ idleTimeoutMs, unbounded, role }) {
  if (idleTimeoutMs !== null) return `${idleTimeoutMs} ms`
  return unbounded ? 'no limit' : role === 'not-pooling' ? '-' : 'not told'
}

function drawHop (hop) {
  const drain = hop.drainMs === null ? '' : `  drains ${hop.drainMs} ms`
  return [`  ${hop.role.padEnd(12)}${idle(hop).padEnd(14)}${hop.name}${drain}`, `    ${hop.where}: ${hop.why}`]
}

function draw (files, { plan, problem }) {
  const lines = files.flatMap(({ file, format, hops }) => [`${file}: ${format}, ${hops.length} ${hops.length === 1 ? 'hop' : 'hops'}`, ...hops.flatMap(drawHop), ''])
  if (plan === null) return [...lines, `${problem.message} [${problem.code}]`, ''].join('\n')
  const { lb, after, warnings } = plan
  const limit = lb.idleTimeoutMs === null ? 'no idle limit' : `idle timeout ${lb.idleTimeoutMs} ms`
  return [
    ...lines,
    `governs: ${lb.name}, ${limit} (${lb.source})`,
    `plan:    keepAliveTimeout ${after.keepAliveTimeout}, headersTimeout ${after.headersTimeout}`,
    ...warnings.map(({ code, message }) => `mind:    ${message} [${code}]`),
    ''
  ].join('\n')
}

async function run (flags, io) {
  const names = flags.operands ?? []
  if (names.filter((name) => name === '-').length > 1) throw createError('LBST_E_INVALID_TYPE', 'the standard input (-) can be read once')
  if (names.length === 0 && flags.format !== undefined) throw createError('LBST_E_CONFLICT', '--format says nothing without a file')
  const files = []
  // one after another: an error names the first file that has one
  for (const name of names) files.push(await readOne(name, flags.format, io))
  const hops = files.flatMap((file) => file.hops)
  const write = (report, text) => io.stdout.write(flags.json ? JSON.stringify(report, null, 2) + '\n' : plainText(text))
  if (names.length > 0 && hops.length === 0) {
    write({ files, plan: null, problem: null }, files.map(({ file, format }) => `${file}: read as ${format}, but it tells of no load balancer's idle timeout\n`).join(''))
    return 1
  }
  const found = plan(names.length > 0 ? { metadata: hops } : {})
  write({ files, ...found }, draw(files, found))
  return found.plan !== null && found.plan.lb.source !== 'assumed' && found.plan.safe && (hops.length === 0 || hops.some(({ role }) => role === 'pool-owner')) ? 0 : 1
}

module.exports = {
  summary: "What a load balancer's own configuration says; without a file, what the environment says.",
  usage: '[<file>...|-] [--format <name>] [--json]',
  operands: 'files',
  flags: {
    format: { type: 'string', what: 'the format, where it is not recognised by content' },
    json: { type: 'boolean', what: 'files, hops and the plan as JSON' }
  },
  run
}
