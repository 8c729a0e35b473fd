/** Access logs of load balancers, and what became of each request in them. */

import type { Transform } from 'node:stream'

/** What happened to a request. `repaired-race`: the proxy retried and the client never saw it. */
export type LogVerdict =
  | 'keep-alive-race'
  | 'repaired-race'
  | 'target-timeout'
  | 'refused'
  | 'mid-response'
  | 'app-error'
  | 'client-left'
  | 'ok'
  | 'other'

/**
 * `varnish` is the side of Varnish that talks to the target, which is not in its usual log:
 * ```
 * varnishncsa -b -F '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-agent}i" %{Varnish:time_firstbyte}x %{VSL:BereqAcct[2]}x %{VSL:BackendOpen[3]}x:%{VSL:BackendOpen[4]}x %{VSL:BackendOpen[7]}x "%{VSL:FetchError}x"'
 * ```
 */
export type LogFormat =
  | 'alb'
  | 'clb'
  | 'cloudfront'
  | 'gcp'
  | 'azure-appgw'
  | 'azure-frontdoor'
  | 'nginx-error'
  | 'nginx-access'
  | 'ingress-nginx'
  | 'haproxy'
  | 'envoy'
  | 'istio'
  | 'traefik'
  | 'traefik-json'
  | 'apache-error'
  | 'heroku'
  | 'varnish'

export interface LogOptions {
  /** @default 'auto', by content */
  format?: LogFormat | 'auto'
  /** nginx's own `log_format`, for its access log: the string, or the whole directive. */
  logFormat?: string
  /** Only lines from this time on (a Date, ms since 1970, or ISO 8601). */
  since?: Date | number | string
  /** Only lines before this time. */
  until?: Date | number | string
  /** An entry per line as well. @default false */
  entries?: boolean
}

export interface LogEntry {
  /** From 1. */
  line: number
  verdict: LogVerdict
  /** ISO 8601, UTC; a log that names no zone is taken as UTC. */
  time: string | null
  method: string | null
  /** What the client got; null where the log does not say. */
  status: number | null
  /** The target, as the log names it. */
  target: string | null
  why: string
}

/** A line that could not be read. */
export interface BadLogLine {
  line: number
  why: string
  text: string
}

export interface Verdicts {
  /** null: there was no line. */
  format: LogFormat | 'mixed' | null
  /** Without header lines, empty lines, and those outside of the times asked for. */
  lines: number
  bad: number
  counts: Record<LogVerdict, number>
  entries?: LogEntry[]
  /** The first ones. */
  badLines: BadLogLine[]
}

/**
 * The verdicts on one log that lies in memory.
 * @throws {RangeError} LBST_E_LOG_FORMAT: no such format, or none fits
 * @throws {TypeError} LBST_E_INVALID_TYPE, LBST_E_UNKNOWN_OPTION
 */
export function classifyLog (log: string | Uint8Array, options?: LogOptions): Verdicts

/** Bytes of one log in, a LogEntry per line out. */
export interface LogClassifier extends Transform {
  /** null until the end. */
  readonly verdicts: Verdicts | null
}

/** A Transform over one log. A log that has no known format is its 'error'. */
export function createLogClassifier (options?: Omit<LogOptions, 'entries'>): LogClassifier

export interface LogFileEntry extends LogEntry {
  file: string
  text: string
}

export interface LogShare {
  name: string
  counts: Record<LogVerdict, number>
}

export interface LogReport extends Omit<Verdicts, 'entries' | 'badLines'> {
  formats: LogFormat[]
  files: number
  /** Lines outside of the times asked for. */
  outside: number
  /** How often each reason was given. */
  whys: Record<string, number>
  methods: LogShare[]
  /** Most races first. */
  targets: LogShare[]
  hours: { time: string, counts: Record<LogVerdict, number> }[]
  /** Minutes of a target in which something failed. */
  minutes: { minute: number, time: string, target: string | null, counts: Record<LogVerdict, number> }[]
  /** Lines that found no room in the tables, whose size is fixed. */
  beyond: number
  /** The steady trickle apart from the bursts. */
  races: {
    total: number
    repaired: number
    steady: number
    inBursts: number
    steadyHours: number
    bursts: { from: string, until: string, target: string | null, races: number, refused: number, appErrors: number }[]
  }
  /** The first lines of each verdict. */
  evidence: Partial<Record<LogVerdict, LogFileEntry[]>>
  badLines: (BadLogLine & { file: string })[]
  /** Files that could not be read, or not to their end. */
  failures: { file: string, message: string, code?: string }[]
}

/** Files, folders and '-' (stdin), plain, gzip or zstd, read off the main thread. */
export function classifyLogFiles (paths: readonly string[], options?: Omit<LogOptions, 'entries'> & {
  /** @default one per core */
  threads?: number
  /** Every line's entry, as it is read. */
  onEntries?: (entries: LogFileEntry[]) => void
  /** All rows of the report's `minutes` (there may be thousands), or only those with races. @default true */
  minutes?: boolean
}): Promise<LogReport>

export const logFormats: readonly LogFormat[]
