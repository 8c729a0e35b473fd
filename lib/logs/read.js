'use strict'

// The bytes of one log, whatever it is packed in, through one scanner. Runs in a worker.

const fs = require('node:fs')
const { createError } = require('../errors')
const { detectJsonHead, headLength } = require('./formats')

// A block of JSON becomes one string, and one above 128 KiB is no longer garbage of the nursery,
// which costs 20 MB a thread; smaller ones are no faster.
const blockLength = 64 * 1024
const searchLength = 8192
const newline = 0x0a

// what others unpack, by its first bytes
const foreign = [['\xfd7zX', 'xz'], ['BZh', 'bzip2'], ['PK\x03\x04', 'zip'], ['\xff\xfe', 'utf-16'], ['\xfe\xff', 'utf-16']]
const unpackers = { xz: 'xz -dc', bzip2: 'bzip2 -dc', zip: 'unzip -p', 'utf-16': 'iconv -f utf-16 -t utf-8' }

function packing (head) {
  if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd'
  const text = head.toString('latin1', 0, 4)
  return foreign.find(([start]) => text.startsWith(start))?.[1] ?? 'plain'
}

// Chunks of a pipe.
const readLength = 128 * 1024
// Between two looks at a pipe that somebody else has made one that does not wait (O_NONBLOCK).
const emptyMs = 20

/** What `fd` has to give, behind `head`. A chunk is overwritten by the next one. */
async function * chunksOf (fd, head) {
  yield head
  const buffer = Buffer.allocUnsafeSlow(readLength)
  for (let length = 1; length > 0;) {
    length = await readSome(fd, buffer, 0)
    if (length > 0) yield buffer.subarray(0, length)
  }
}

/** Reads from where `fd` stands to `buffer` from `at` on, and does not block the thread. */
function readSome (fd, buffer, at) {
  return new Promise((resolve, reject) => {
    const read = () => fs.read(fd, buffer, at, buffer.length - at, null, (error, length) => {
      if (!error) resolve(length)
      // no event tells of more: who asks for one takes the descriptor over
      else if (error.code === 'EAGAIN') setTimeout(read, emptyMs)
      else reject(error)
    })
    read()
  })
}

async function * copies (chunks) {
  for await (const chunk of chunks) yield Buffer.from(chunk)
}

function createUnpacker (kind) {
  const zlib = require('node:zlib')
  if (kind === 'gzip') return zlib.createGunzip({ chunkSize: blockLength })
  if (kind in unpackers) throw createError('LBST_E_UNSUPPORTED', `this is ${kind}; make it plain text first: ${unpackers[kind]} <file> | npx lb-safe-timeouts logs -`)
  if (zlib.createZstdDecompress === undefined) {
    throw createError('LBST_E_UNSUPPORTED', `zstd needs Node 22.15 or later (this is ${process.versions.node}); or unpack it first: zstd -dc file | npx lb-safe-timeouts logs -`)
  }
  return zlib.createZstdDecompress({ chunkSize: blockLength })
}

/**
 * How `file` is packed; null for what cannot be read at any place (a pipe). That one is not
 * opened: who writes into it would take us for its reader, and lose what it writes.
 */
function probe (file) {
  const stat = fs.statSync(file)
  if (!stat.isFile()) return { packing: null, length: 0 }
  const fd = fs.openSync(file, 'r')
  try {
    const head = Buffer.alloc(4)
    const length = fs.readSync(fd, head, 0, 4, 0)
    return { packing: packing(head.subarray(0, length)), length: stat.size }
  } finally {
    fs.closeSync(fd)
  }
}

/** Whether each entry of a plain file has lines of its own: an array in JSON is in one piece. */
function hasLines (file) {
  const fd = fs.openSync(file, 'r')
  try {
    const head = Buffer.alloc(headLength)
    return detectJsonHead(head.subarray(0, fs.readSync(fd, head, 0, head.length, 0))).lines
  } finally {
    fs.closeSync(fd)
  }
}

/** Where the first line at or behind `at` begins. */
function lineStart (fd, at) {
  if (at === 0) return 0
  const block = Buffer.alloc(searchLength)
  // one byte back: a line may begin exactly here
  for (let from = at - 1; ;) {
    const length = fs.readSync(fd, block, 0, block.length, from)
    if (length === 0) return from
    const index = block.subarray(0, length).indexOf(newline)
    if (index !== -1) return from + index + 1
    from += length
  }
}

/**
 * Scans the lines of a plain file that begin from `from` to before `to`. The rest of a block
 * stays in the buffer, in front of the next one: nothing is allocated on the way.
 */
function scanPlain (file, { from = 0, to = Infinity }, scanner, onEntries) {
  const fd = fs.openSync(file, 'r')
  try {
    let at = lineStart(fd, from)
    const end = to === Infinity ? Infinity : lineStart(fd, to)
    let buffer = Buffer.allocUnsafeSlow(blockLength)
    let kept = 0
    if (from > 0) {
      const head = Buffer.alloc(headLength)
      scanner.openAt(head.subarray(0, fs.readSync(fd, head, 0, head.length, 0)), from)
    }
    for (;;) {
      if (kept === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafeSlow(buffer.length)])
      const room = Math.min(buffer.length - kept, end - at)
      const length = room > 0 ? fs.readSync(fd, buffer, kept, room, at) : 0
      at += length
      const filled = kept + length
      if (filled === 0) return
      const { consumed, entries } = scanner.scan(buffer.subarray(0, filled), length === 0)
      if (entries.length > 0) onEntries(entries)
      if (length === 0) return
      kept = filled - consumed
      if (consumed > 0) buffer.copyWithin(0, consumed, filled)
    }
  } finally {
    fs.closeSync(fd)
  }
}

async function * behind (first, rest) {
  yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

/** Scans a stream: stdin, or what is packed. */
async function scanStream (source, scanner, onEntries) {
  const iterator = source[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done) return
  let chunks = behind(first.value, iterator)
  const kind = packing(first.value)
  if (kind !== 'plain') {
    const { Readable, pipeline } = require('node:stream')
    const unpacker = createUnpacker(kind)
    // an error reaches the loop below through the unpacker
    chunks = pipeline(Readable.from(copies(chunks), { highWaterMark: 1 }), unpacker, () => {})
  }
  for await (const chunk of chunks) {
    const entries = scanner.push(chunk)
    if (entries.length > 0) onEntries(entries)
  }
}

module.exports = { packing, probe, hasLines, lineStart, readSome, chunksOf, scanPlain, scanStream }
