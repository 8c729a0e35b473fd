'use strict'

// A self-signed certificate for 127.0.0.1, made anew for each run: no key lies in the
// repository, and neither an openssl command nor a package is needed. X.509 is small when it
// has to say so little; everything is DER, tag, length, content (RFC 5280).

const { generateKeyPairSync, randomBytes, sign } = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const dayMs = 24 * 60 * 60 * 1000

function der (tag, ...contents) {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...contents) => der(0x30, ...contents)
const set = (content) => der(0x31, content)
const integer = (bytes) => der(0x02, bytes)
const oid = (hex) => der(0x06, Buffer.from(hex, 'hex'))
const text = (string) => der(0x0c, Buffer.from(string))
const bits = (bytes) => der(0x03, Buffer.from([0]), bytes)
const octets = (bytes) => der(0x04, bytes)
// UTCTime: YYMMDDHHMMSSZ
const time = (ms) => der(0x17, Buffer.from(new Date(ms).toISOString().replace(/^..|[-T:]|\.\d+/g, '')))

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
const commonName = oid('550403')
const subjectAltName = oid('551d11')

/** { key, cert }: both PEM, as https.createServer() takes them. */
function createPem () {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(set(sequence(commonName, text('127.0.0.1'))))
  const ipAddress = der(0x87, Buffer.from([127, 0, 0, 1]))
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])), // the serial number, positive
    ecdsaWithSha256,
    name,
    sequence(time(Date.now() - dayMs), time(Date.now() + dayMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(subjectAltName, octets(sequence(ipAddress)))))
  )
  const signed = sequence(toBeSigned, ecdsaWithSha256, bits(sign('sha256', toBeSigned, privateKey)))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: `-----BEGIN CERTIFICATE-----\n${signed.toString('base64')}\n-----END CERTIFICATE-----\n`
  }
}

/** { key, cert }: two files in a folder of their own; pem, the certificate; remove(). */
function createCertificate () {
  const { key, cert } = createPem()
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lb-safe-timeouts-'))
  const files = { key: path.join(dir, 'key.pem'), cert: path.join(dir, 'cert.pem') }
  fs.writeFileSync(files.key, key, { mode: 0o600 })
  fs.writeFileSync(files.cert, cert)
  return { ...files, pem: cert, remove: () => fs.rmSync(dir, { recursive: true }) }
}

module.exports = { createCertificate, createPem }
