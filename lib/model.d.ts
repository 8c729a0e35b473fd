/**
 * The timer model of one HTTP/1 connection to a Node server: tell it what happens and when,
 * and it says what Node does and when. Times are ms of any one clock.
 */

/** The server's properties by Node's names, in ms; absent ones are that version's defaults. */
export interface ConnectionSettings {
  /** How long a connection may idle after an answer, in ms. */
  keepAliveTimeout?: number
  /** What Node adds to keepAliveTimeout, in ms. */
  keepAliveTimeoutBuffer?: number
  /** How long a header may take, and how long a connection may be unused, in ms. */
  headersTimeout?: number
  /** How long a whole request may take, in ms. */
  requestTimeout?: number
  /** server.timeout: how long a socket may be silent, in ms. */
  timeout?: number
  /** How often headersTimeout and requestTimeout are looked at, in ms. */
  connectionsCheckingInterval?: number
  /** After so many requests an answer says `Connection: close`; 0: no limit. */
  maxRequestsPerSocket?: number
}

/** The options of `createConnectionModel`. */
export interface ConnectionModelOptions {
  /**
   * `'22.19.0'`, or `'22'` for the newest measured of that line.
   * @default the running one
   */
  nodeVersion?: string
  /**
   * When the server began to listen: connections are checked at intervals from there.
   * @default 0
   */
  listenAtMs?: number
  /**
   * How long the machine was up at time 0. Until 18.17 and 20.3 a limit that is longer than
   * that expires at once.
   * @default Infinity
   */
  uptimeMs?: number
}

/**
 * What can happen to a connection. A request that arrives in one read is `bytes`,
 * `headers-complete` and `request-complete`, all at the same time.
 */
export type ConnectionEvent =
  | 'open'
  /** A read brought bytes of a message, complete or not. */
  | 'bytes'
  /** A read brought nothing but CR and LF, between messages. */
  | 'blank'
  | 'headers-complete'
  | 'request-complete'
  /** The head of the oldest open answer was written; needed only where its end comes later. */
  | 'response-headers'
  | 'response-finish'
  /** ... and the answer said `Connection: close`. */
  | 'response-finish-close'
  | 'upgrade'
  /** The peer's FIN. */
  | 'peer-end'
  /** server.close() */
  | 'server-close'

/** What Node did to a connection. */
export interface ConnectionOutcome {
  /** When, on an event loop without delay. */
  atMs: number
  /** Close an idle connection, answer 408 and close, or destroy without a word. */
  action: 'close' | 'respond-408' | 'destroy'
  /** Which limit it was. */
  reason: 'keep-alive' | 'headers' | 'request' | 'socket' | 'server-close'
  /** The bounds that hold on an event loop that is not late. */
  earliestMs: number
  /** See `earliestMs`. */
  latestMs: number
}

/** One connection. Times are ms of any one clock, and never run back. */
export interface ConnectionModel {
  /**
   * Tells what happened at `atMs`, which is not before an earlier call's. Where the connection
   * was closed before, nothing changes and `advance()` has the outcome.
   * @throws
   * - RangeError: LBST_E_UNKNOWN_EVENT, LBST_E_TIME_ORDER, LBST_E_OUT_OF_RANGE
   * - Error: LBST_E_EVENT_ORDER
   */
  event (name: ConnectionEvent, atMs: number): void
  /** The event loop stood still from `atMs` to `untilMs`, or else to the next event. */
  event (name: 'stall', atMs: number, untilMs?: number): void
  /** When Node acts next if nothing else happens; Infinity: never. */
  nextDeadlineMs (): number
  /** Moves time to `toMs`: what Node did by then and was not told before, or null. */
  advance (toMs: number): ConnectionOutcome | null
  /** Is it open? An upgraded one is, until its peer's end. */
  readonly open: boolean
  /** Would `server.closeIdleConnections()` end it? */
  readonly idle: boolean
  /** Do headersTimeout and requestTimeout apply to it now? */
  readonly active: boolean
  /** The value of the Keep-Alive header in the answer to the newest request; null: none. */
  keepAliveHeader (): string | null
}

/**
 * A model of one connection to a server with these settings, for any Node from 10 on. Held against
 * real Node processes by `npm run test:conformance`.
 * @throws
 * - TypeError: LBST_E_UNKNOWN_OPTION, LBST_E_INVALID_TYPE
 * - RangeError: LBST_E_OUT_OF_RANGE, LBST_E_UNKNOWN_NODE
 */
export function createConnectionModel (settings?: ConnectionSettings, options?: ConnectionModelOptions): ConnectionModel
