'use strict'

// The command line: one file per command, found by its name here. A command is
// { summary, usage, flags, run(flags, io) -> exit code }; a flag is { type, what }. One that
// also takes words without '--' has `operands`, and finds them in flags.operands.

const { createError, inspect, isOwn } = require('../errors')
const { native } = require('../binding')
const { plainText } = require('../plain-text')

const commands = {
  build: () => require('./build'),
  detect: () => require('./detect'),
  doctor: () => require('./doctor'),
  list: () => require('./list'),
  logs: () => require('./logs'),
  plan: () => require('./plan'),
  selfcheck: () => require('./selfcheck'),
  show: () => require('./show')
}

const EXIT_USAGE = 2

function suggest (word, words) {
  const nearest = native().spellNearest(word, words)
  return nearest === null ? `known are ${words.join(', ')}` : `did you mean '${nearest}'?`
}

function findCommand (name) {
  if (!Object.hasOwn(commands, name)) {
    throw createError('LBST_E_UNKNOWN_COMMAND', `there is no command ${inspect(name)}; ${suggest(name, Object.keys(commands))}`)
  }
  return commands[name]()
}

/** '--lb x', '--lb=x' and '--json' to { lb: 'x', json: true }, other words to `operands`. */
function readFlags (args, { flags: known, operands }) {
  const flags = operands === undefined ? {} : { operands: [] }
  const rest = [...args]
  while (rest.length > 0) {
    const arg = rest.shift()
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? []
    const names = Object.keys(known).map((flag) => `--${flag}`)
    if (name === undefined && operands !== undefined && (arg === '-' || !arg.startsWith('-'))) {
      flags.operands.push(arg)
      continue
    }
    if (name === undefined) {
      if (Object.hasOwn(known, arg.slice(1))) throw createError('LBST_E_UNKNOWN_OPTION', `unexpected ${inspect(arg)}; did you mean '-${arg}'?`)
      throw createError('LBST_E_UNKNOWN_OPTION', `unexpected ${inspect(arg)}; ${names.length === 0 ? 'this command takes nothing' : `a flag begins with '--': ${names.join(', ')}`}`)
    }
    if (!Object.hasOwn(known, name)) {
      throw createError('LBST_E_UNKNOWN_OPTION', `there is no flag --${name}; ${names.length === 0 ? 'this command takes nothing' : suggest(`--${name}`, names)}`)
    }
    if (known[name].type === 'boolean') {
      if (inline !== undefined) throw createError('LBST_E_INVALID_TYPE', `--${name} takes no value, got ${inspect(inline)}`)
      flags[name] = true
      continue
    }
    const value = inline ?? rest.shift()
    if (value === undefined || value === '') throw createError('LBST_E_INVALID_TYPE', `--${name} needs a value: ${known[name].what}`)
    flags[name] = known[name].type === 'number' ? readNumber(name, value) : value
  }
  return flags
}

function readNumber (name, value) {
  if (!/^\d+$/.test(value)) throw createError('LBST_E_INVALID_TYPE', `--${name} needs a whole number, got ${inspect(value)}`)
  return Number(value)
}

function help () {
  const lines = Object.entries(commands).map(([name, load]) => `  ${name.padEnd(12)}${load().summary}`)
  return ['usage: lb-safe-timeouts <command> [flags]', '', ...lines, '', "'lb-safe-timeouts <command> --help' tells its flags.", ''].join('\n')
}

function commandHelp (name, { summary, usage, flags }) {
  const lines = Object.entries(flags).map(([flag, { type, what }]) => `  --${(flag + (type === 'boolean' ? '' : ' <value>')).padEnd(20)}${what}`)
  return [`usage: lb-safe-timeouts ${name} ${usage}`, '', summary, '', ...lines, ''].join('\n')
}

/** Runs the command that `argv` names. Never throws; resolves to the exit code. */
async function main (argv, io) {
  const [name, ...args] = argv
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      io.stdout.write(help())
      return name === undefined ? EXIT_USAGE : 0
    }
    const command = findCommand(name)
    if (args.includes('--help') || args.includes('-h')) {
      io.stdout.write(commandHelp(name, command))
      return 0
    }
    return await command.run(readFlags(args, command), io)
  } catch (error) {
    if (!isOwn(error)) throw error
    io.stderr.write(plainText(`lb-safe-timeouts: ${error.message} [${error.code}]\n`))
    return EXIT_USAGE
  }
}

module.exports = { main }
