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
 * The formats of logs; `auto` finds out which. `varnish` is the side of Varnish that talks to the
 * target, which is not in its usual log:
 *
 * ```sh
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

/** The options of the functions that read logs. */
export interface LogOptions {
  /**
   * The log's format.
   * @default 'auto', by content
   */
  format?: LogFormat | 'auto'
  /** nginx's own `log_format`, for its access log: the string, or the whole directive. */
  logFormat?: string
  /** Only lines from this time on: a Date, ms since 1970, or ISO 8601, which is UTC where it names no zone. */
  since?: Date | number | string
  /** Only lines before this time. */
  until?: Date | number | string
  /**
   * An entry per line as well.
   * @default false
   */
  entries?: boolean
}

/** What became of the request of one line. */
export interface LogEntry {
  /** The line's number, from 1. */
  line: number
  verdict: LogVerdict
  /** When: ISO 8601, UTC; a log that names no zone is taken as UTC. */
  time: string | null
  method: string | null
  /** What the client got; null where the log does not say. */
  status: number | null
  /** The target, as the log names it. */
  target: string | null
  /** The fields that decided, in words. */
  why: string
}

/** A line that could not be read. */
export interface BadLogLine {
  line: number
  why: string
  text: string
}

/** The verdicts on one log. */
export interface Verdicts {
  /** null: there was no line. */
  format: LogFormat | 'mixed' | null
  /** Without header lines, empty lines, and those outside of the times asked for. */
  lines: number
  /** Lines that could not be read. */
  bad: number
  /** Lines by verdict. */
  counts: Record<LogVerdict, number>
  /** With `entries: true`. */
  entries?: LogEntry[]
  /** The first 20 lines that could not be read. */
  badLines: BadLogLine[]
}

/**
 * The verdicts on one log that lies in memory. The rules are those of the load balancers' own
 * documents, and were held against the logs of running proxies where there are any.
 * @throws
 * - RangeError: LBST_E_LOG_FORMAT: no such format, or none fits
 * - TypeError: LBST_E_INVALID_TYPE, LBST_E_UNKNOWN_OPTION
 */
export function classifyLog (log: string | Uint8Array, options?: LogOptions): Verdicts

/** Bytes of one log in, a LogEntry per line out. */
export interface LogClassifier extends Transform {
  /** null until the end. */
  readonly verdicts: Verdicts | null
}

/**
 * A Transform over one log. A log that has no known format is its 'error' (LBST_E_LOG_FORMAT).
 * @throws
 * - TypeError: LBST_E_INVALID_TYPE, LBST_E_UNKNOWN_OPTION
 * - RangeError: LBST_E_LOG_FORMAT
 */
export function createLogClassifier (options?: Omit<LogOptions, 'entries'>): LogClassifier

/** An entry of `classifyLogFiles`. */
export interface LogFileEntry extends LogEntry {
  /** The path, or '-'. */
  file: string
  /** The line. */
  text: string
}

/** The verdicts on one method or one target. */
export interface LogShare {
  /** The method or target. */
  name: string
  /** Its lines by verdict. */
  counts: Record<LogVerdict, number>
}

/** The verdicts on all files together. */
export interface LogReport extends Omit<Verdicts, 'entries' | 'badLines'> {
  /** Those that were found. */
  formats: LogFormat[]
  /** How many files were read. */
  files: number
  /** Lines outside of the times asked for. */
  outside: number
  /** How often each reason was given. */
  whys: Record<string, number>
  /** By method. */
  methods: LogShare[]
  /** By target, most races first. */
  targets: LogShare[]
  /** By hour (UTC). */
  hours: { time: string, counts: Record<LogVerdict, number> }[]
  /** Minutes of a target in which something failed. */
  minutes: { minute: number, time: string, target: string | null, counts: Record<LogVerdict, number> }[]
  /** Lines that found no room in the tables, whose size is fixed. */
  beyond: number
  /** The steady trickle apart from the bursts. */
  races: {
    total: number
    repaired: number
    /**
     * Lines that may be the race, or a refused connection or a 502 of the target's own: the log
     * does not tell them apart; `whys` says what does.
     */
    undecided: number
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

/** The options of `classifyLogFiles`. */
export interface LogFilesOptions extends Omit<LogOptions, 'entries'> {
  /**
   * How many pieces are read at a time, 1 to 64. Each takes about 25 MB where the log is JSON.
   * @default one per core, at most as many as libuv has threads (UV_THREADPOOL_SIZE, 4)
   */
  threads?: number
  /** Every line's entry, as it is read. */
  onEntries?: (entries: LogFileEntry[]) => void
  /**
   * All rows of the report's `minutes` (there may be thousands), or only those with races.
   * @default true
   */
  minutes?: boolean
}

/**
 * The verdicts on files, folders and '-' (stdin), plain, gzip or zstd, read in worker threads, in
 * memory that does not grow with the logs. Rejects with the codes of `classifyLog`.
 */
export function classifyLogFiles (paths: readonly string[], options?: LogFilesOptions): Promise<LogReport>

/** The names of all formats. */
export const logFormats: readonly LogFormat[]
