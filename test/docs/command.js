'use strict'

// A block of shell commands, line by line. `npm` commands are looked up and not run: they are
// this suite, or longer than it.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const { root } = require('./markdown')

const msMax = 60000
const address = 'http://127.0.0.1:3000'

// programs that are not here, and the file of a suite that runs the same line
const elsewhere = { varnishncsa: 'test/real-logs/proxies.js' }

// what the commands find here, so that an exit code other than 0 is right
const exitCodes = [
  { pattern: /lb-safe-timeouts doctor http/, code: 1, why: 'the server of this test is unsafe' },
  { pattern: /lb-safe-timeouts doctor --pid/, code: 3, why: 'no idle connection was closed yet' },
  { pattern: /lb-safe-timeouts logs (?!--sql)/, code: 1, why: 'the log has races in it' },
  { pattern: /lb-safe-timeouts list|show|detect|plan|selfcheck/, code: 0 }
]

/** The commands of a block: lines, with those that end in \ joined. */
function readCommands (code) {
  return code.replace(/\\\n\s*/g, ' ').split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
}

/** Of `npm test` and `npm run name`: complaints, if there is no such script or file. */
function checkNpm (command) {
  const [, name = 'test'] = /^npm (?:test|run ([\w:-]+))/.exec(command) ?? []
  const { scripts } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  if (scripts[name] === undefined) return [`there is no script '${name}'`]
  const files = scripts[name].match(/\b[\w/-]+\.js\b/g) ?? []
  return files.filter((file) => !fs.existsSync(path.join(root, file))).map((file) => `'${name}' runs ${file}, which is not there`)
}

/** Of a command of ours: complaints, if it has no such flag. */
function checkFlags (command) {
  const [, name, rest] = /lb-safe-timeouts (\w+)(.*)$/.exec(command)
  const { flags } = require(`../../lib/cli/${name}`)
  const given = (rest.match(/--[\w-]+/g) ?? []).map((flag) => flag.slice(2))
  return given.filter((flag) => !Object.hasOwn(flags, flag)).map((flag) => `${name} has no flag --${flag}`)
}

/** Of a command whose program is not here: the quoted part of it stands in another suite. */
function checkElsewhere (command, file) {
  const [, quoted] = /'(.+)'/.exec(command)
  return fs.readFileSync(path.join(root, file), 'utf8').includes(`'${quoted}'`) ? [] : [`${file} has no ${quoted}`]
}

/** A server whose timers are all short, so that a doctor is soon done with it. */
async function startUnsafeServer () {
  const server = http.createServer({ keepAliveTimeout: 100, headersTimeout: 500, requestTimeout: 800, connectionsCheckingInterval: 50 }, (req, res) => {
    req.resume().on('end', () => res.end('hello\n'))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { address: `http://127.0.0.1:${server.address().port}`, stop: () => { server.close(); server.closeAllConnections() } }
}

/**
 * Runs one command in the sandbox; resolves to complaints. `target` is where the server is that
 * the documents have at 127.0.0.1:3000; `shown` is what the document says that it prints, line
 * by line, '...' for lines that are left out.
 */
async function runCommand (command, { folder, env }, target, shown = []) {
  if (command.startsWith('npm ')) return checkNpm(command)
  const [program] = command.split(' ')
  if (elsewhere[program] !== undefined) return checkElsewhere(command, elsewhere[program])
  const text = command.replaceAll(address, target)
  const child = spawn('sh', ['-c', text], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true, timeout: msMax })
  let stdout = ''
  let stderr = ''
  let isServer = false
  child.stdout.on('data', (chunk) => {
    stdout += chunk
    // a server has no end of its own
    if (/^listening on /m.test(stdout) && !isServer) {
      isServer = true
      process.kill(-child.pid, 'SIGTERM')
    }
  })
  child.stderr.on('data', (chunk) => { stderr += chunk })
  const [code, signal] = await once(child, 'close')
  const complaints = []
  const expected = exitCodes.find(({ pattern }) => pattern.test(command))?.code ?? 0
  if (!isServer && code !== expected) complaints.push(`ended with ${code ?? signal} and not with ${expected}: ${stderr}`)
  if (stdout === '') complaints.push(`said nothing: ${stderr}`)
  if (/LBST_E_|not found/.test(stderr)) complaints.push(stderr)
  if (command.includes('lb-safe-timeouts/register') && !/^lb-safe-timeouts: .*keepAliveTimeout \d+/m.test(stderr)) complaints.push(`no line of register's: ${stderr}`)
  for (const text of shown) if (!prints(stdout, text)) complaints.push(`prints ${stdout}`)
  return complaints
}

/** Are the lines of `text` among those of `output`, in that order and together? */
function prints (output, text) {
  const found = `\n${output.trimEnd()}\n`
  let from = 0
  return `\n${text.trimEnd()}\n`.split('\n...\n').every((part) => {
    const at = found.indexOf(part.startsWith('\n') ? part : `\n${part}`, from)
    from = at + part.length
    return at !== -1
  })
}

/** Another process that `doctor --pid` can ask, as docs/doctor.md starts it. */
async function startProcess ({ folder, env }) {
  const child = spawn(process.execPath, ['--require', 'lb-safe-timeouts/register', 'examples/register/server.js'], {
    cwd: folder, env: { ...env, LB_SAFE_TIMEOUTS_SOCKET: '1', LB_SAFE_TIMEOUTS_LB: 'aws-alb', XDG_RUNTIME_DIR: folder }, stdio: ['ignore', 'pipe', 'ignore']
  })
  await once(child.stdout, 'data')
  return child
}

module.exports = { checkFlags, readCommands, runCommand, startProcess, startUnsafeServer }
