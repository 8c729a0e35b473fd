'use strict'

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

/** A key and a certificate for tests, made by openssl; null where there is none. */
function createCertificate () {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lbst-tls-'))
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name))
  const { status } = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost'], { stdio: 'ignore' })
  const made = status === 0 ? { key: fs.readFileSync(key), cert: fs.readFileSync(cert) } : null
  fs.rmSync(folder, { recursive: true })
  return made
}

module.exports = { createCertificate }
