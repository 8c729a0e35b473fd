'use strict'

// A realistic ALB access log of any size: the same seed gives the same bytes. One request in
// a few thousand is lost to the race, and there is a deploy, timeouts and clients that leave.

const fs = require('node:fs')

const agents = ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36', 'curl/8.5.0', 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15', 'kube-probe/1.29 \\"quoted\\"', '-']
const methods = ['GET', 'GET', 'GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'PATCH']
const paths = ['/api/cart', '/api/items?page=2&q=502%20', '/', '/static/app.3f2a.js', '/api/orders/1842', '/login']

/** Numbers from 0 to 1 that the seed alone decides (xorshift32). */
function createRandom (seed) {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4294967296
  }
}

function outcome (dice, ms) {
  if (dice < 0.0003) return ['0.000 0.001 -1', '502 -']
  if (dice < 0.0004) return ['-1 -1 -1', '502 -']
  if (dice < 0.0006) return ['0.001 60.000 -1', '504 -']
  if (dice < 0.0010) return [`0.000 ${ms} 0.000`, '502 502']
  if (dice < 0.0014) return ['0.000 -1 -1', '460 -']
  if (dice < 0.0100) return [`0.000 ${ms} 0.000`, '500 500']
  if (dice < 0.0400) return [`0.000 ${ms} 0.000`, '404 404']
  return [`0.000 ${ms} 0.000`, '200 200']
}

/** `count` lines, each with its end. */
function * generateLines (count, seed = 1) {
  const random = createRandom(seed)
  const startMs = Date.parse('2026-01-14T00:00:00Z')
  const pick = (list) => list[Math.floor(random() * list.length)]
  for (let i = 0; i < count; i++) {
    const time = new Date(startMs + i * 40).toISOString().replace('Z', `${String(Math.floor(random() * 1000)).padStart(3, '0')}Z`)
    const target = `10.0.${Math.floor(random() * 4)}.${10 + Math.floor(random() * 5)}:3000`
    const [times, statuses] = outcome(random(), (random() * 0.3).toFixed(3))
    const hex = Math.floor(random() * 4294967296).toString(16).padStart(8, '0')
    yield `https ${time} app/shop/50dc6c495c0c9188 203.0.113.${Math.floor(random() * 250)}:${1024 + Math.floor(random() * 60000)} ${target} ${times} ${statuses} ${Math.floor(random() * 2000)} ${Math.floor(random() * 9000)} "${pick(methods)} https://shop.example.com:443${pick(paths)} HTTP/1.1" "${pick(agents)}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 "Root=1-65a3a0ff-${hex}89abcdef01234567" "shop.example.com" "session-reused" 1 ${time} "forward" "-" "-" "${target}" "${statuses.slice(4)}" "-" "-" TID_${hex}89abcdef0123456789abcdef "-" "-" "-"\n`
  }
}

/** Writes a log of about `size` bytes. */
function writeLog (file, size, seed = 1) {
  const fd = fs.openSync(file, 'w')
  let written = 0
  let block = ''
  // about 570 bytes a line
  for (const line of generateLines(Math.ceil(size / 500), seed)) {
    block += line
    if (block.length < 1 << 20) continue
    written += fs.writeSync(fd, block)
    block = ''
    if (written >= size) break
  }
  written += fs.writeSync(fd, block)
  fs.closeSync(fd)
  return written
}

module.exports = { generateLines, writeLog }
