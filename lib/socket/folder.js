'use strict'

// The folder in which the status sockets of one user's processes lie: where it is, and whether
// it is that user's own. Its permissions are all that guards what the sockets tell.

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { createError, inspect } = require('../errors')

// of what a socket answers; another one is another language
const formatVersion = 1

const othersAny = 0o077
const othersWrite = 0o022
const sticky = 0o1000

// what the kernels have room for in a socket's address (macOS the least)
const pathLengthMax = 103

/** The folders in which ours may lie, best first, as `env` says; null: no socket is asked for. */
function basesOf (env) {
  const setting = env.LB_SAFE_TIMEOUTS_SOCKET
  if (setting === undefined || setting === '' || setting === '0') return null
  if (setting !== '1' && !path.isAbsolute(setting)) {
    throw createError('LBST_E_INVALID_TYPE', `LB_SAFE_TIMEOUTS_SOCKET is 1, or the absolute path of a folder, got ${inspect(setting)}`)
  }
  const bases = setting === '1' ? [env.XDG_RUNTIME_DIR, env.TMPDIR, env.TMP, env.TEMP, os.tmpdir()] : [setting]
  return [...new Set(bases.filter((base) => base !== undefined && path.isAbsolute(base)))]
}

function folderIn (base, uid) {
  return path.join(base, `lb-safe-timeouts-${uid}`)
}

/** Why `folder`, of which lstat says `stat`, is not `uid`'s own and private; null where it is. */
function findFault (folder, uid, stat = fs.lstatSync(folder)) {
  if (!stat.isDirectory()) return `${folder} is no folder`
  if (stat.uid !== uid) return `${folder} belongs to another user (uid ${stat.uid})`
  if ((stat.mode & othersAny) !== 0) return `${folder} is open to other users`
  return null
}

/** Why a folder in `base` may be replaced by other users; null where it may not. */
function findBaseFault (base, uid) {
  const stat = fs.statSync(base)
  if (!stat.isDirectory()) return `${base} is no folder`
  if (stat.uid !== 0 && stat.uid !== uid) return `${base} belongs to another user (uid ${stat.uid})`
  if ((stat.mode & othersWrite) !== 0 && (stat.mode & sticky) === 0) return `other users may replace what lies in ${base}`
  return null
}

/** The folder in `base`, made where it is missing: { folder, fault }. */
function makeFolder (base, uid) {
  try {
    const real = fs.realpathSync(base)
    const folder = folderIn(real, uid)
    const fault = findBaseFault(real, uid)
    if (fault !== null) return { folder, fault }
    try {
      // private from its first moment: a umask can only take more away
      fs.mkdirSync(folder, { mode: 0o700 })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    return { folder, fault: findFault(folder, uid) }
  } catch (error) {
    return { folder: base, fault: error.message }
  }
}

/** The folder for the sockets of this process; throws where there is no private one. */
function prepareFolder (env, uid) {
  const faults = []
  for (const base of basesOf(env)) {
    const { folder, fault } = makeFolder(base, uid)
    if (fault === null) return folder
    faults.push(fault)
  }
  throw createError('LBST_E_UNSUPPORTED', faults.join('; '))
}

/** '<pid>.sock' of a main thread, '<pid>-<thread>.sock' of a worker. */
function socketName (pid, threadId) {
  return threadId === 0 ? `${pid}.sock` : `${pid}-${threadId}.sock`
}

/**
 * Another name of `folder`, which `stat` was read of: { alias, release() }. On Linux it leads
 * through a descriptor: it stays that folder's, whatever takes its place, and short enough for a
 * socket's address, which a path below /proc/PID/root may not be.
 */
function holdFolder (folder, stat) {
  if (process.platform !== 'linux' || !fs.existsSync('/proc/self/fd')) return { alias: folder, release () {} }
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants
  const fd = fs.openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  const release = () => fs.closeSync(fd)
  const held = fs.fstatSync(fd)
  if (held.dev === stat.dev && held.ino === stat.ino) return { alias: `/proc/self/fd/${fd}`, release }
  release()
  throw createError('LBST_E_UNREACHABLE', `${folder} has just been replaced`)
}

/** The sockets in `folder`: { file, pid } each. */
function listSockets (folder) {
  const found = []
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const { name } = entry
    const pid = /^(\d+)(?:-\d+)?\.sock$/.exec(name)?.[1]
    // a link could lead to the socket of somebody else
    if (pid !== undefined && entry.isSocket()) found.push({ file: path.join(folder, name), pid: Number(pid) })
  }
  return found
}

module.exports = { basesOf, findFault, folderIn, formatVersion, holdFolder, listSockets, pathLengthMax, prepareFolder, socketName }
