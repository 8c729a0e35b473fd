'use strict'

// What must hold in the numbers of a Kubernetes manifest, an ECS task and a Dockerfile, so that a
// server leaves without a loss. Each function returns complaints.

const fs = require('node:fs')
const path = require('node:path')
const { drain, readLbMetadata } = require('../..')
const YAML = require('yaml')
const { root } = require('./markdown')

const defaultDeadlineMs = 25000
const defaultGraceSeconds = 30

function readEnv (list = []) {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]))
}

/** `command` starts node itself, so that node gets the signal. */
function checkCommand (command) {
  return Array.isArray(command) && command[0] === 'node' ? [] : [`the first process is ${JSON.stringify(command)} and not node`]
}

/** The times of one container: the window within the deadline, the deadline within `graceMs`. */
function checkTimes (env, sleepMs, graceMs) {
  const complaints = []
  const drains = env.DRAIN_WINDOW_MS !== undefined || env.LB_SAFE_TIMEOUTS_DRAIN === '1'
  const deadlineMs = Number(env.DRAIN_DEADLINE_MS ?? defaultDeadlineMs)
  const windowMs = Number(env.DRAIN_WINDOW_MS ?? 0)
  if (!drains && sleepMs === 0) complaints.push('neither a drain nor a preStop sleep')
  if (drains && sleepMs > 0) complaints.push('a drain and a preStop sleep: one of them waits for nothing')
  if (drains && !(windowMs < deadlineMs)) complaints.push(`a window of ${windowMs} ms and a deadline of ${deadlineMs}`)
  if (drains && !(deadlineMs < graceMs)) complaints.push(`a deadline of ${deadlineMs} ms and a grace period of ${graceMs}`)
  if (!(sleepMs < graceMs)) complaints.push(`a preStop sleep of ${sleepMs} ms and a grace period of ${graceMs}`)
  return complaints
}

const ourFile = /^(\/.+)\/node_modules\/lb-safe-timeouts\/(.+)$/

/**
 * A preload of the whole container, `env.NODE_OPTIONS`, is one of every node process in it, npm
 * in another folder too: a bare name is found from the application's folder only. `prefix` is
 * where the package was installed, where that is known.
 */
function checkPreload ({ NODE_OPTIONS: options = '' }, prefix) {
  const [, name] = /--(?:require|import)[= ](\S*lb-safe-timeouts\S*)/.exec(options) ?? []
  if (name === undefined) return []
  const [, folder, file] = ourFile.exec(name) ?? []
  if (file === undefined) return [`the preload ${name} is not found by a process that is started elsewhere`]
  if (prefix !== undefined && folder !== prefix) return [`the package is installed in ${prefix}, and the preload is in ${folder}`]
  return fs.existsSync(path.join(root, file)) ? [] : [`the package has no ${file}`]
}

/**
 * What is added to somebody else's image stays out of its folder: there npm removes what
 * package.json does not name.
 */
function checkAddition (found) {
  const install = found.find(({ name, value }) => name === 'RUN' && /^npm (?:install|i|add)\b.*\blb-safe-timeouts$/.test(value))
  const [, prefix] = /--prefix[= ](\/\S+)/.exec(install?.value) ?? []
  if (install !== undefined && prefix === undefined) return [`${install.value} prunes the application's node_modules`]
  return checkPreload(readDockerEnv(found), prefix)
}

function checkProbe (probe, windowMs) {
  if (probe === undefined) return ['no readinessProbe']
  const { periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3 } = probe
  const noticeMs = (periodSeconds * failureThreshold + timeoutSeconds) * 1000
  return noticeMs <= windowMs ? [] : [`the readinessProbe notices after ${noticeMs} ms, later than the ${windowMs} ms in which connections are accepted`]
}

function checkPod (pod) {
  const graceMs = (pod.terminationGracePeriodSeconds ?? defaultGraceSeconds) * 1000
  return pod.containers.flatMap((container) => {
    const env = readEnv(container.env)
    const preStop = container.lifecycle?.preStop
    const sleepMs = 1000 * (preStop?.sleep?.seconds ?? Number(preStop?.exec?.command?.[1] ?? 0))
    return [
      ...checkCommand(container.command),
      ...checkPreload(env),
      ...checkTimes(env, sleepMs, graceMs),
      ...checkProbe(container.readinessProbe, sleepMs || Number(env.DRAIN_WINDOW_MS)),
      ...(container.livenessProbe?.httpGet?.path === '/ready' ? ['a livenessProbe on /ready kills a draining pod'] : [])
    ]
  })
}

/** The objects of a text of YAML; throws where it is none. */
function readYaml (text) {
  return YAML.parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]
    return document.toJS()
  })
}

/** Complaints about Kubernetes objects that belong together. */
function checkObjects (objects) {
  const complaints = []
  const services = objects.filter(({ kind }) => kind === 'Service')
  for (const { kind, spec, metadata } of objects) {
    const say = (text) => complaints.push(`${kind} ${metadata.name}: ${text}`)
    if (kind === 'Deployment') {
      checkPod(spec.template.spec).forEach(say)
      if (JSON.stringify(spec.selector.matchLabels) !== JSON.stringify(spec.template.metadata.labels)) say('the selector does not match its own pods')
    }
    if (kind === 'Service' && !objects.some((other) => other.kind === 'Deployment' && other.spec.template.metadata.labels.app === spec.selector.app)) say('nothing has its labels')
    if (kind === 'Ingress') {
      for (const { backend: { service } } of spec.rules.flatMap(({ http }) => http.paths)) {
        const port = services.find((other) => other.metadata.name === service.name)?.spec.ports.find(({ name }) => name === service.port.name)
        if (port === undefined) say(`there is no port ${service.port.name} of a Service ${service.name}`)
      }
    }
  }
  return complaints
}

/** Complaints where `env` and `graceSeconds` are not what the load balancer's `metadata` asks for. */
function checkAgreement (env, graceSeconds, metadata) {
  const [hop] = readLbMetadata(metadata)
  const numbers = drain.kubernetes({ metadata })
  const pairs = [
    ['LB_SAFE_TIMEOUTS_IDLE_MS', env.LB_SAFE_TIMEOUTS_IDLE_MS, hop.idleTimeoutMs],
    ['DRAIN_WINDOW_MS', env.DRAIN_WINDOW_MS, numbers.drain.windowMs],
    ['DRAIN_DEADLINE_MS', env.DRAIN_DEADLINE_MS, numbers.drain.deadlineMs],
    ['the grace period', graceSeconds, numbers.terminationGracePeriodSeconds]
  ]
  return pairs.filter(([, given, wanted]) => String(given) !== String(wanted)).map(([name, given, wanted]) => `${name} is ${given}, and the load balancer's own configuration asks for ${wanted}`)
}

const instructions = ['FROM', 'WORKDIR', 'ENV', 'COPY', 'RUN', 'USER', 'EXPOSE', 'CMD', 'ENTRYPOINT', 'ARG', 'STOPSIGNAL']

/** The instructions of a Dockerfile: [{ name, value }]; throws at one that is not known. */
function readDockerfile (text) {
  const lines = text.replace(/\\\n\s*/g, ' ').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [, name, value] = /^([A-Z]+) +(.+)$/.exec(line) ?? []
    if (!instructions.includes(name)) throw new Error(`no instruction of a Dockerfile: ${line}`)
    return { name, value }
  })
}

/** The environment that a Dockerfile sets. */
function readDockerEnv (found) {
  const pairs = found.filter(({ name }) => name === 'ENV').flatMap(({ value }) => [...value.matchAll(/(\w+)=("[^"]*"|\S+)/g)])
  return Object.fromEntries(pairs.map(([, name, value]) => [name, value.replace(/^"|"$/g, '')]))
}

/** The command of CMD as a list; null in the shell form, where a shell gets the signals. */
function readDockerCommand (found) {
  try {
    return JSON.parse(found.filter(({ name }) => name === 'CMD').at(-1).value)
  } catch {
    return null
  }
}

function checkDockerfile (found) {
  const complaints = []
  if (found[0].name !== 'FROM') return checkAddition(found) // a part of one
  complaints.push(...checkCommand(readDockerCommand(found)))
  const user = found.filter(({ name }) => name === 'USER').at(-1)?.value
  if (user === undefined || user === 'root') complaints.push('runs as root')
  return complaints
}

module.exports = { checkAgreement, checkCommand, checkDockerfile, checkObjects, checkPreload, checkTimes, readDockerCommand, readDockerEnv, readDockerfile, readEnv, readYaml }
