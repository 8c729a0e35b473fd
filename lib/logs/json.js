'use strict'

// Entries in JSON to records: the fields that a verdict needs, tab separated, in the order of
// lbst__line_record(). The judging is done where the text formats are judged.

function clean (value) {
  return value === undefined || value === null ? '' : String(value).replace(/[\t\n\r]/g, ' ')
}

function record ({ time, method, target, status, backendStatus, connectMs, answerMs, bytes, tries, cause, detail }) {
  const dash = (value) => value === '-' ? '' : value
  const ms = Number.isFinite(answerMs) ? Math.max(0, answerMs).toFixed(3) : ''
  return [time, method, dash(target), status, backendStatus, connectMs, ms, bytes, tries ?? 1, dash(cause), detail].map(clean).join('\t')
}

/** A status as three digits; 0 as it is. */
function status (value) {
  const number = Number(value)
  return number > 0 ? String(number) : value === undefined || value === null ? '' : '0'
}

/** `object`'s keys in lower case: copies of Azure's logs differ in how they write them. */
function lower (object) {
  return Object.fromEntries(Object.entries(object ?? {}).map(([key, value]) => [key.toLowerCase(), value]))
}

const readers = {
  gcp ({ timestamp, httpRequest, jsonPayload, resource }) {
    const { requestMethod, serverIp, latency } = httpRequest
    return record({
      time: timestamp,
      method: requestMethod,
      target: serverIp ?? resource?.labels?.backend_service_name,
      status: status(httpRequest.status ?? 0),
      answerMs: parseFloat(latency) * 1000,
      cause: jsonPayload?.statusDetails
    })
  },
  'azure-appgw' (entry) {
    const p = lower(entry.properties)
    return record({
      time: entry.timeStamp ?? entry.time,
      method: p.httpmethod,
      target: p.serverrouted,
      status: status(p.httpstatus),
      backendStatus: status(p.serverstatus),
      answerMs: p.timetaken * 1000,
      cause: p.error_info
    })
  },
  'azure-frontdoor' (entry) {
    const p = lower(entry.properties)
    return record({
      time: entry.time ?? entry.timeStamp,
      method: p.httpmethod,
      target: p.originip ?? p.originname,
      status: status(p.httpstatuscode),
      answerMs: p.timetaken * 1000,
      cause: p.errorinfo
    })
  },
  'traefik-json' (entry) {
    return record({
      time: entry.StartUTC ?? entry.time,
      method: entry.RequestMethod,
      target: entry.ServiceAddr ?? entry.ServiceURL?.Host,
      status: status(entry.DownstreamStatus),
      backendStatus: status(entry.OriginStatus),
      answerMs: entry.Duration / 1e6,
      bytes: entry.DownstreamContentSize,
      tries: (entry.RetryAttempts ?? 0) + 1
    })
  },
  envoy (entry) {
    return record({
      time: entry.start_time,
      method: entry.method,
      target: entry.upstream_host,
      status: status(entry.response_code),
      answerMs: Number(entry.duration),
      bytes: entry.bytes_sent,
      tries: entry.upstream_request_attempt_count,
      cause: entry.response_flags,
      detail: entry.response_code_details
    })
  }
}
readers.istio = readers.envoy

/** The format of a parsed entry, or null. */
function detectJson (entry) {
  if (entry === undefined) return null
  const properties = lower(entry.properties)
  if (entry.httpRequest !== null && typeof entry.httpRequest === 'object') return 'gcp'
  if ('httpstatuscode' in properties) return 'azure-frontdoor'
  if ('httpstatus' in properties) return 'azure-appgw'
  if ('DownstreamStatus' in entry) return 'traefik-json'
  if ('response_flags' in entry) return 'upstream_cluster' in entry ? 'istio' : 'envoy'
  return null
}

/** The record of one entry; what is none gives a record that is none. */
function readJson (entry, format) {
  try {
    return readers[detectJson(entry)] === readers[format] ? readers[format](entry) : '?'
  } catch {
    // a field that is no text, and cannot be made one
    return '?'
  }
}

module.exports = { detectJson, readJson, jsonFormats: Object.keys(readers) }
