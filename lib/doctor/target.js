'use strict'

// The server to measure: where it is, how a connection to it is opened, and what is sent.

const net = require('node:net')
const tls = require('node:tls')
const { createError, inspect } = require('../errors')

function readUrl (text) {
  let url
  if (/^:?\d+$/.test(text)) {
    throw createError('LBST_E_INVALID_TYPE', `${inspect(text)} is no URL; for a server on this machine write http://127.0.0.1:${text.replace(':', '')}`)
  }
  try {
    // 'localhost:3000' parses as a URL of the scheme 'localhost'
    url = new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  } catch {
    throw createError('LBST_E_INVALID_TYPE', `${inspect(text)} is no URL; write for example http://127.0.0.1:3000`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw createError('LBST_E_UNSUPPORTED', `doctor speaks http and https, got ${inspect(url.protocol.slice(0, -1))} in ${inspect(text)}`)
  }
  return url
}

/** { href, host, port, secure, connect(), request, halfHeaders, halfBody } of a URL. */
function createTarget (text, path) {
  const url = readUrl(text)
  if (path !== undefined && !/^\/[!-~]*$/.test(path)) {
    throw createError('LBST_E_INVALID_TYPE', `--path must begin with '/' and hold no blanks, got ${inspect(path)}`)
  }
  // a URL leaves out only the default port of its scheme: any other 0 was written
  if (url.port === '0') throw createError('LBST_E_OUT_OF_RANGE', `a port to connect to is from 1 to 65535, got 0 in ${inspect(text)}`)
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (secure ? 443 : 80)
  const where = path ?? `${url.pathname}${url.search}`
  const head = (method) => `${method} ${where} HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: lb-safe-timeouts-doctor\r\nAccept: */*\r\n`
  const options = {
    host,
    port,
    ALPNProtocols: ['http/1.1'],
    servername: net.isIP(host) === 0 ? host : undefined,
    // timers are measured and nothing is told to the server: behind a load balancer a
    // certificate that only it trusts is usual
    rejectUnauthorized: false
  }
  return {
    href: `${url.protocol}//${url.host}${where}`,
    host,
    port,
    secure,
    connectEvent: secure ? 'secureConnect' : 'connect',
    connect: () => secure ? tls.connect(options) : net.connect({ host, port }),
    request: `${head('GET')}\r\n`,
    halfHeaders: head('GET').slice(0, -'ept: */*\r\n'.length),
    halfBody: `${head('POST')}Content-Type: application/octet-stream\r\nContent-Length: 16\r\n\r\n01234567`
  }
}

module.exports = { createTarget }
