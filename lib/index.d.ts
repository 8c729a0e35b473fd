import type { EventEmitter } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Http2Server, Http2SecureServer } from 'node:http2'

/* <generated: LbId, by scripts/sync-docs.js> */
/** The ids of the catalogue. */
export type LbId =
  | 'akamai'
  | 'alibaba-alb'
  | 'apache-httpd'
  | 'apache-traffic-server'
  | 'apisix'
  | 'aws-alb'
  | 'aws-api-gateway'
  | 'aws-app-runner'
  | 'aws-clb'
  | 'aws-cloudfront'
  | 'aws-ecs-service-connect'
  | 'aws-elastic-beanstalk-nginx'
  | 'aws-global-accelerator'
  | 'aws-load-balancer-controller'
  | 'aws-nlb'
  | 'azure-app-service'
  | 'azure-application-gateway'
  | 'azure-container-apps'
  | 'azure-front-door'
  | 'azure-load-balancer'
  | 'caddy'
  | 'cilium-gateway'
  | 'cloudflare'
  | 'cloudflared'
  | 'consul-mesh'
  | 'contour'
  | 'digitalocean-app-platform'
  | 'digitalocean-lb'
  | 'dotnet-socketshttphandler'
  | 'envoy'
  | 'envoy-gateway'
  | 'fastly'
  | 'fly-io'
  | 'gcp-app-engine-flex'
  | 'gcp-cloud-run'
  | 'gcp-external-alb'
  | 'gcp-internal-alb'
  | 'gke-ingress'
  | 'go-net-http'
  | 'haproxy'
  | 'haproxy-ingress'
  | 'haproxy-kubernetes-ingress'
  | 'heroku'
  | 'hetzner-lb'
  | 'huawei-elb'
  | 'ibm-vpc-alb'
  | 'iis-arr'
  | 'ingress-nginx'
  | 'istio'
  | 'kong'
  | 'krakend'
  | 'kube-proxy'
  | 'linkerd'
  | 'linode-nodebalancer'
  | 'nginx'
  | 'nginx-ingress-f5'
  | 'nginx-plus'
  | 'node-http-agent'
  | 'oci-lb'
  | 'ovh-lb'
  | 'railway'
  | 'reactor-netty'
  | 'render'
  | 'spring-cloud-gateway'
  | 'squid'
  | 'tencent-clb'
  | 'traefik'
  | 'tyk'
  | 'undici'
  | 'varnish'
  | 'vercel'
  | 'yarp'
/* </generated: LbId> */

/** Any server with Node's HTTP timers. */
export type Server = HttpServer | HttpsServer | Http2Server | Http2SecureServer | ServerLike

/** A server of another make with the same methods, events and timers (a framework's own, spdy). */
export interface ServerLike extends EventEmitter {
  /** As of net.Server. */
  listen (...args: any[]): any
  /** As of net.Server. */
  close (...args: any[]): any
  /** ms, as Node has it. */
  keepAliveTimeout: number
  /** ms, as Node has it. */
  headersTimeout: number
}

/** One hop of option `lb`: an id of the catalogue, or what you know of it. */
export type LbOption = LbId | LbHop

/** One hop by what you know of it: at least `id` or `idleTimeoutMs`. All durations in ms. */
export interface LbHop {
  /** An id of the catalogue. */
  id?: LbId
  /**
   * The idle timeout that *your* load balancer is set to: a whole number of ms, 1000 to 2147483647.
   * @default the catalogue's, where it has one
   */
  idleTimeoutMs?: number
  /**
   * How long it lets a deregistered target finish: a whole number of ms, 0 to 2147483647. Only
   * `drain` uses it.
   * @default the catalogue's, where it has one
   */
  drainMs?: number
}

/** One proxy on the way, as a reader of a load balancer's own configuration finds it. */
export interface Hop {
  /** An id of the catalogue, or null. */
  id?: LbId | null
  /** How reports call it. */
  name?: string | null
  /** `pool-owner` keeps idle connections to Node; the others own none. */
  role?: 'pool-owner' | 'l4' | 'not-pooling'
  /**
   * ms. Of a pool owner: how long it keeps an idle connection. Of an l4 hop: when it forgets a
   * silent flow. null: as the catalogue says; with `unbounded`: no limit, or not told.
   */
  idleTimeoutMs?: number | null
  /** It closes no idle connection of its own accord. */
  unbounded?: boolean
  /** How long it lets a deregistered target finish, in ms; null: not told. */
  drainMs?: number | null
  /** Where it was read: `file:line` or a JSON path. */
  where?: string
  /** What decided, and what was seen and not used. */
  why?: string
}

/** A hop as `readLbMetadata` returns it. */
export interface ReadHop extends Hop {
  id: LbId | null
  name: string
  role: 'pool-owner' | 'l4' | 'not-pooling'
  idleTimeoutMs: number | null
  unbounded: boolean
  drainMs: number | null
  where: string
  why: string
}

/** The formats that `readLbMetadata` reads. */
export type MetadataFormat =
  | 'aws' | 'gcloud' | 'azure' | 'oci' | 'terraform' | 'cloudformation' | 'kubernetes' | 'akamai' | 'envoy'
  | 'caddy' | 'traefik' | 'varnish' | 'nginx' | 'haproxy' | 'apache' | 'trafficserver' | 'squid' | 'kong'

/** The text of a configuration, its bytes, or parsed JSON. */
export type Metadata = string | NodeJS.ArrayBufferView | object

/** The options of `readLbMetadata`. */
export interface MetadataOptions {
  /**
   * The format of the input.
   * @default recognised by content
   */
  format?: MetadataFormat
  /**
   * What `where` calls the input.
   * @default 'input'
   */
  file?: string
}

/**
 * The options of `applyLbSafeTimeouts` and `planLbSafeTimeouts`. Every duration is a whole number
 * of ms. `lb`, `idleTimeoutMs` and `metadata` are three ways to name the load balancer: `metadata`
 * and `lb` together are an LBST_E_CONFLICT.
 */
export interface Options {
  /**
   * The load balancer in front: an id, what you know of it, or a chain of these, outermost
   * first (the last one that pools connections to Node governs).
   * A chain may have 16 hops.
   * @default detected: LB_SAFE_TIMEOUTS_METADATA, LB_SAFE_TIMEOUTS_LB,
   * LB_SAFE_TIMEOUTS_IDLE_MS, the platform's own
   * variable, else a generic load balancer of 60 seconds
   * @example 'aws-alb'
   * @example ['cloudflare', { id: 'aws-alb', idleTimeoutMs: 120000 }]
   */
  lb?: LbOption | readonly LbOption[]
  /** The pool owner's idle timeout when only the number is known, in ms (1000 to 2147483647). */
  idleTimeoutMs?: number
  /**
   * A load balancer's own configuration, or what its own tool prints of it (all that
   * `readLbMetadata` takes, and what it returns); the hop that idles longest governs.
   * Also from the file that LB_SAFE_TIMEOUTS_METADATA names.
   */
  metadata?: Metadata | readonly Hop[]
  /**
   * How much longer than the load balancer Node holds on, in ms (0 to 2147483647). It is for
   * late timers and for a FIN that is on its way; a small one is told as a warning.
   * @default 5000, or the vendor's advice where it is longer
   */
  marginMs?: number
  /**
   * `outlast`: keepAliveTimeout + 1000. `keep`: as it is. Or a number of ms (0, which is off, to
   * 2147483647). It rules a connection that the load balancer opened in advance.
   * @default 'outlast'
   */
  headersTimeout?: 'outlast' | 'keep' | number
  /**
   * What to do about a later write to a timeout that breaks the plan: one process warning with
   * the writer's stack, undo it, or nothing.
   * @default 'warn'
   */
  onUnsafeWrite?: 'warn' | 'enforce' | 'off'
  /**
   * For a pool owner without an idle limit: never close first, or after one hour.
   * @default 'never-close'
   */
  unbounded?: 'never-close' | 'long'
  /**
   * Ask the kernel before an idle close: whether a request has arrived already, and whether the
   * peer had its idle time. On Linux; elsewhere one more poll of the socket decides.
   * @default true
   */
  lastLook?: boolean
  /**
   * Collect evidence per connection, for `status()`. Nothing is done per request.
   * @default true
   */
  evidence?: boolean
}

/** Node's timeouts in ms as a server held them; a value that is no number is told in words. */
export interface Timeouts {
  /** How long a connection may idle after an answer, in ms. */
  keepAliveTimeout?: number | string | boolean | null
  /** How long a header may take, and how long a connection may be unused, in ms. */
  headersTimeout?: number | string | boolean | null
  /** How long a whole request may take, in ms. */
  requestTimeout?: number | string | boolean | null
  /** server.timeout: how long a socket may be silent, in ms. */
  timeout?: number | string | boolean | null
  /** What Node adds to keepAliveTimeout, in ms. */
  keepAliveTimeoutBuffer?: number | string | boolean | null
  /** How often headersTimeout and requestTimeout are looked at, in ms. */
  connectionsCheckingInterval?: number | string | boolean | null
}

/** The timeouts that a plan starts from, by Node's names, in ms. */
export interface Settings {
  /** How long a connection may idle after an answer, in ms. */
  keepAliveTimeout?: number
  /** How long a header may take, and how long a connection may be unused, in ms. */
  headersTimeout?: number
  /** How long a whole request may take, in ms. */
  requestTimeout?: number
  /** server.timeout: how long a socket may be silent, in ms. */
  timeout?: number
  /** What Node adds to keepAliveTimeout, in ms. */
  keepAliveTimeoutBuffer?: number
  /** How often headersTimeout and requestTimeout are looked at, in ms. */
  connectionsCheckingInterval?: number
  /** Plan for another version of Node: `'22.19.0'`, or `'22'` for the newest one measured. */
  nodeVersion?: string
}

/** A reason or a warning: a stable code (LBST_R_..., LBST_W_...) and a sentence. */
export interface Note {
  /** Stable. */
  readonly code: string
  /** For people. */
  readonly message: string
}

/** The timeouts to set, and why. A frozen plain object that survives JSON.stringify. */
export interface Plan {
  /** The load balancer that governs. */
  readonly lb: {
    readonly id: LbId | null
    readonly name: string
    /** ms; null: it has no limit. */
    readonly idleTimeoutMs: number | null
    /** Who named it: the caller, its configuration, the environment, the platform, nobody. */
    readonly source: 'option' | 'metadata' | 'environment' | 'platform' | 'assumed'
    /** The catalogue's page on it, whoever told the number; null where no row of the catalogue is meant. */
    readonly url: string | null
  }
  /** Before the call, or Node's defaults. */
  readonly before: Readonly<Timeouts>
  /** What the plan sets, and what it leaves. */
  readonly after: Readonly<Timeouts>
  /** The properties whose value changes. */
  readonly changed: ReadonlyArray<'keepAliveTimeout' | 'headersTimeout' | 'requestTimeout'>
  /** After which idle time Node closes a kept-alive connection, in ms, with what Node adds; null: never. */
  readonly idleCloseMs: { readonly earliest: number | null, readonly latest: number | null }
  /** No idle and no unused connection is closed before the load balancer closes it. */
  readonly safe: boolean
  /** Why each value was set or left (LBST_R_...). */
  readonly reasons: readonly Note[]
  /** Dangers that were left alone, and what to do about them (LBST_W_...). */
  readonly warnings: readonly Note[]
  /** The rules of the Node that the plan is for. */
  readonly node: NodeTimers
  /** Whether the native module did it; false: WebAssembly did, which does not ask the kernel. */
  readonly native: boolean
}

/** What `applyLbSafeTimeouts` did to a server. */
export interface Report extends Plan {
  /**
   * Puts back what this call wrote, where it still stands. Returns the names of the
   * properties; a second call does nothing.
   */
  restore (): string[]
}

/** What is known of one load balancer. Durations in ms; null: no source says. */
export interface LoadBalancer {
  /** What option `lb` takes. */
  readonly id: LbId
  /** What it is called. */
  readonly name: string
  /** Whose it is. */
  readonly vendor: string
  /** `l7-lb`, `l4-lb`, `cdn`, `paas`, `ingress`, `mesh`, `proxy` or `client`. */
  readonly kind: string
  /** `pool-owner` keeps idle connections to Node and reuses them; the others own none. */
  readonly role: 'pool-owner' | 'l4' | 'not-pooling'
  /** Default idle timeout to the backend; of an `l4` hop: when it forgets a silent flow. */
  readonly idleTimeoutMs: number | null
  /** It has no idle limit of its own. */
  readonly unbounded: boolean
  /** Whether its user can change the idle timeout. */
  readonly configurable: boolean | null
  /** What its user can set it to, in ms. */
  readonly rangeMs: { readonly min: number | null, readonly max: number | null } | null
  /** The keep-alive timeout that its vendor advises for backends. */
  readonly backendAdviceMs: number | null
  /** Default drain (deregistration) time. */
  readonly drainMs: number | null
  /** What a client sees when a request meets a closing connection. */
  readonly staleStatus: readonly number[]
  /** The client may see a closed connection and no status. */
  readonly staleCloses: boolean
  /** Whether it sends such a request again by itself. */
  readonly retries: boolean | null
  /** Which ones. */
  readonly retried: string | null
  /** Of an `l4` hop: only data, and no TCP keep-alive, keeps a silent connection. */
  readonly ignoresTcpKeepAlive: boolean
  /** What it can speak to its backend; empty where it is not its business, or not known. */
  readonly originHttp: ReadonlyArray<'http/1.0' | 'http/1.1' | 'h2' | 'h3'>
  /** What to change on its side instead, where, best first: 4 s is less than any Node waits. */
  readonly remedies: ReadonlyArray<{ readonly where: string, readonly line: string }>
  /** What tells the value that yours is set to. */
  readonly revealedBy: string | null
  /** What its idle timeout is mistaken for, and when it does not hold. */
  readonly caveat: string | null
  /** The source of the numbers, or the page that is silent on them. */
  readonly url: string
  /** When the source was read, YYYY-MM. */
  readonly asOf: string
  /** How far to trust this row. */
  readonly confidence: 'low' | 'medium' | 'high'
}

/** How the timers of http.Server behave on one version of Node. */
export interface NodeTimers {
  /** The version that was asked for. */
  readonly version: string
  /** The version in which this behaviour began. */
  readonly from: string
  /** Whether a release at least as new in its line was measured. */
  readonly tested: boolean
  /** What is added to keepAliveTimeout: nothing, 1000 ms, or keepAliveTimeoutBuffer. */
  readonly idleBuffer: 'none' | 'constant' | 'property'
  /** What a byte that is no whole request does to the idle timer. */
  readonly strayByte: 'cancels' | 'restarts'
  /** Who watches headersTimeout and requestTimeout. */
  readonly checker: 'socket' | 'interval'
  /** What a keepAliveTimeout that is no number does: an uncaught exception at the first answer, or no timer. */
  readonly badKeepAliveTimeout: 'throws' | 'ignored'
  /** What a headersTimeout or requestTimeout that is no number does: is compared as it is, aborts the process, is 0. */
  readonly badLimit: 'loose' | 'aborts' | 'zero'
  /** headersTimeout must exceed keepAliveTimeout for an idle connection. */
  readonly headerTimerRunsIdle: boolean
  /** When connectionsCheckingInterval is read; later writes have no effect. */
  readonly checkIntervalRead: 'never' | 'constructor' | 'listening'
  /** server.close() destroys idle kept-alive connections, */
  readonly closeEndsIdle: boolean
  /** and those that have not sent a byte yet. */
  readonly closeEndsFresh: boolean
  /** Which limits an http2 server gives to its HTTP/1 connections. */
  readonly http2AllowHttp1: 'none' | 'limits' | 'all'
  /** libuv before 1.45: each turn of the event loop runs timers before it reads sockets. */
  readonly timersBeforePoll: boolean
  /** libuv before 1.45: one turn accepts all connections that wait. */
  readonly acceptsWholeBacklog: boolean
  /** A 408 is written even where the connection had answers before. */
  readonly answers408AfterAnswers: boolean
  /** A headersTimeout or requestTimeout longer than the machine is up expires at once. */
  readonly youngClockExpires: boolean
  /** The Keep-Alive header says maxRequestsPerSocket (`max=`). */
  readonly advertisesMaxRequests: boolean
  /** What http.createServer() starts with, in ms. */
  readonly defaults: Readonly<Settings>
}

/** Every error that this package throws on purpose. */
export interface LbSafeTimeoutsError extends Error {
  /** LBST_E_..., stable. The message names the wrong value, what was expected, and the nearest right spelling. */
  code: string
}

/**
 * Gives `server` the timeouts with which the load balancer always closes an idle connection
 * first, looks before every idle close, and watches later writes. Before or after `listen()`;
 * again at any time (twice changes nothing). It only raises: what is longer already, or off, stays.
 *
 * The numbers come from the catalogue (`loadBalancers()`, each with its source) or from you, and
 * from what was measured of this version of Node (`nodeTimers()`).
 *
 * @param server what `http.createServer()`, `https.createServer()`, `http2.createSecureServer()`
 * or a framework's `listen()` returns; not an application object
 * @example
 * const server = http.createServer(handler)
 * applyLbSafeTimeouts(server, { lb: 'aws-alb' })
 * server.listen(3000)
 * @throws
 * - TypeError: LBST_E_NOT_A_SERVER, LBST_E_INVALID_TYPE, LBST_E_UNKNOWN_OPTION, LBST_E_CONFLICT
 * - RangeError: LBST_E_OUT_OF_RANGE, LBST_E_LOOKS_LIKE_SECONDS, LBST_E_UNKNOWN_LB, LBST_E_TOO_LONG,
 *   LBST_E_UNKNOWN_FORMAT, LBST_E_METADATA_TOO_BIG
 * - Error: LBST_E_NO_IDLE_TIMEOUT, LBST_E_BAD_METADATA, LBST_E_WRITE_REFUSED, LBST_E_UNSUPPORTED, LBST_E_NATIVE_MISSING
 *
 * A call that throws has changed nothing.
 */
export function applyLbSafeTimeouts (server: Server, options?: Options): Report

/**
 * The plan for a server that does not exist yet: what `applyLbSafeTimeouts` would do, without a
 * server. Pure: it reads nothing but its arguments and, where no load balancer is named, the
 * environment.
 *
 * @param settings the timeouts that the server has, in ms, and `nodeVersion`; what is not given is
 * what `http.createServer()` of that Node starts with
 * @throws as `applyLbSafeTimeouts`, and RangeError: LBST_E_UNKNOWN_NODE
 */
export function planLbSafeTimeouts (options?: Options, settings?: Settings): Plan

/** What is known of a server that has a plan. A frozen plain object that survives JSON. */
export interface Evidence {
  /** Seen to be safe, seen or known to be unsafe, or too little to say. */
  readonly verdict: 'safe' | 'unsafe' | 'unproven'
  /** Why. Codes are stable: LBST_R_... and LBST_W_... */
  readonly reasons: readonly Note[]
  /** The load balancer that the plan is for. */
  readonly lb: Report['lb']
  /** The load balancer's idle timeout, as the connections that it closed show it. */
  readonly learned: {
    /** null unless `kind` is 'clear'. */
    readonly idleTimeoutMs: number | null
    /** 'lazy': it closes when it has something to send. 'in-step': all idled at the same moments. */
    readonly kind: 'clear' | 'few' | 'spread' | 'lazy' | 'in-step'
    /** Closes that were looked at, */
    readonly samples: number
    /** and those that agree. */
    readonly agreeing: number
  }
  /** Connections, now. */
  readonly open: number | null
  /** Connections between two requests, now; null where Node keeps no such list (http2). */
  readonly idle: number | null
  /** `drain` has started. */
  readonly draining: boolean
  /** Idle connections that ended, by who closed first, since the plan was applied. */
  readonly idleCloses: { readonly byPeer: number, readonly byNode: number }
  /** Idle closes that a last look prevented because a request had come. */
  readonly saved: number
  /** ... because the peer had got its last byte too late. */
  readonly extended: number
  /** Later writes to a timeout that broke the plan. */
  readonly unsafeWrites: number
  /** How long connections were idle when their peer closed them, by the kernel's clock. */
  readonly peerIdleMs: { readonly min: number, readonly p50: number, readonly p99: number, readonly max: number } | null
  /** As in the report. */
  readonly idleCloseMs: Report['idleCloseMs']
  /** By `perf_hooks.monitorEventLoopDelay`, in ms: what the margin must cover. */
  readonly eventLoopDelayMs: { readonly max: number, readonly p99: number }
}

/**
 * What is known of a server that `applyLbSafeTimeouts` was applied to. The same goes out on
 * diagnostics_channel: lb-safe-timeouts:idle-close, :saved, :unsafe-write, and :drain when one starts.
 *
 * Idle times are read from the kernel when a connection ends (TCP_INFO, Linux).
 *
 * @throws
 * - Error: LBST_E_UNSUPPORTED when it was not, or with `evidence: false`
 */
export function status (server: Server): Evidence

/** How `drain` goes about it. All durations in ms. */
export interface DrainOptions {
  /**
   * How long connections are still accepted after the announcement: the time in which the load
   * balancer learns. Not longer than `deadlineMs`.
   * @default its own drain time where it is known, cut so that it ends before the deadline; else 5000
   */
  windowMs?: number
  /**
   * When everything is over: what is left then is destroyed. Keep it below the platform's own
   * grace period (Kubernetes: 30 s).
   * @default 25000
   */
  deadlineMs?: number
  /** Ends the wait early. */
  signal?: AbortSignal
  /** As for `applyLbSafeTimeouts`; needed only for a server that it was not applied to. */
  lb?: Options['lb']
  /** As for `applyLbSafeTimeouts`. */
  idleTimeoutMs?: number
  /** As for `applyLbSafeTimeouts`. */
  metadata?: Options['metadata']
}

/** How a drain went: each way in which a connection ended, and what the window left open. */
export interface DrainReport {
  /** The window that was used. */
  readonly windowMs: number
  /** Where it came from: `option`, `assumed`, or the load balancer's name. */
  readonly windowSource: string
  /** The deadline that was used. */
  readonly deadlineMs: number
  /** How long the drain took. */
  readonly tookMs: number
  /** When the listening socket was closed, in ms from the start. */
  readonly listenerClosedMs: number
  /**
   * What kept new connections out while the accept backlog emptied. 'closed': the gate on the listening
   * socket. 'shared': nothing, another process listens on it too. 'unsupported': nothing, this system has
   * no gate. 'none': the server was not listening.
   */
  readonly gate: 'closed' | 'shared' | 'unsupported' | 'none'
  /** `signal` ended the wait early. */
  readonly aborted: boolean
  /** Connections that were open when the drain began. */
  readonly atStart: number
  /** Connections that came later. */
  readonly accepted: number
  /** Answers given while draining. */
  readonly answered: number
  /** Connections that ended with an answer that said `Connection: close`. */
  readonly closedAfterAnswer: number
  /** Connections that the peer closed. */
  readonly closedByPeer: number
  /** Idle connections that were closed after a look. */
  readonly closedIdle: number
  /** Idle connections in which a look found a request, which was answered. */
  readonly savedByLook: number
  /** Connections that the application or a limit of Node's closed. */
  readonly closedByNode: number
  /** Connections that had not ended at the deadline. */
  readonly destroyed: number
  /** Upgraded connections (WebSocket): the server's event `upgrade-drain` told the application of each. */
  readonly upgraded: number
  /** HTTP/2 sessions that were told by GOAWAY. */
  readonly sessions: number
  /** What the window could not cover, in words. */
  readonly notes: readonly string[]
}

/** The options of `drain.onSignals`. */
export interface SignalOptions extends DrainOptions {
  /**
   * The signals that start the drain.
   * @default ['SIGTERM', 'SIGINT']
   */
  signals?: NodeJS.Signals[]
  /** Called at once when the signal comes. */
  onDraining?: ((signal: string) => unknown) | Array<(signal: string) => unknown>
  /**
   * Called after the drain, in order: databases and the like. A fifth of `deadlineMs`, at most
   * 5 s, is kept for them: the drain itself has the rest.
   */
  onDrained?: ((report: DrainReport | DrainReport[]) => unknown) | Array<(report: DrainReport | DrainReport[]) => unknown>
}

/** The numbers for a pod's manifest. */
export interface KubernetesPlan {
  /** The deadline and 5 s to spare. */
  readonly terminationGracePeriodSeconds: number
  /** 0: `drain` waits itself. */
  readonly preStopSeconds: number
  /** What a preStop sleep needs where the process has no drain. */
  readonly preStopSecondsWithoutDrain: number
  /** A probe that notices the drain within the window. */
  readonly readinessProbe: { readonly periodSeconds: number, readonly timeoutSeconds: number, readonly failureThreshold: number }
  /** What to pass to `drain` or `drain.onSignals`. */
  readonly drain: { readonly windowMs: number, readonly deadlineMs: number }
  /** How each number came about. */
  readonly arithmetic: readonly string[]
  /** The numbers as YAML, to put into a pod's template. */
  readonly manifest: string
}

/** `drain`, and what belongs to it. */
export interface DrainFunction {
  /**
   * Shuts `server` down without losing a request: announces `Connection: close`, accepts for
   * `windowMs`, closes the listener, waits for what is running, and closes an idle connection
   * only after a look. Resolves when the last connection has ended, at the latest after
   * `deadlineMs`; a second call returns the same promise. The server emits `draining` at once.
   *
   * A wrong argument rejects the promise and changes nothing: the codes of `applyLbSafeTimeouts`,
   * and LBST_E_CONFLICT for a window longer than the deadline. What a listener of `draining` or
   * `upgrade-drain` throws rejects it, too, after all connections have ended.
   */
  (server: Server, options?: DrainOptions): Promise<DrainReport>
  /**
   * A request handler for a health check: 200, then 503 from the moment the drain starts. It may
   * stand on another server.
   * @throws
   * - TypeError: LBST_E_NOT_A_SERVER
   */
  readiness (server: Server): (req: any, res: any) => void
  /**
   * Drains at a signal, calls back, and ends the process: 0, 1 when a callback failed or the
   * deadline came first (`destroyed` connections too), 128 + the signal's number at a second signal. Of several calls in one
   * process the last to finish ends it. `remove()` forgets it.
   * @throws as `drain`, but at once: a mistake is told at start and not at the signal
   */
  onSignals (server: Server | Server[], options?: SignalOptions): {
    /** Stops to listen to the signals. */
    remove (): void
  }
  /**
   * The numbers for a pod's manifest. `requestMs` is the longest request, in ms (0 to 2147483647;
   * 15000 where it is not given).
   * @throws
   * - TypeError: LBST_E_INVALID_TYPE, LBST_E_UNKNOWN_OPTION
   * - RangeError: LBST_E_OUT_OF_RANGE, LBST_E_UNKNOWN_LB
   */
  kubernetes (options?: Pick<DrainOptions, 'lb' | 'idleTimeoutMs' | 'metadata' | 'windowMs'> & { requestMs?: number }): KubernetesPlan
}

/** A shutdown that loses no request. */
export const drain: DrainFunction

/**
 * The catalogue: what is known of each load balancer, with the page that says so (`url`), when it
 * was read (`asOf`) and how sure that is (`confidence`). Frozen; the same array each time.
 */
export function loadBalancers (): readonly LoadBalancer[]

/**
 * One row of the catalogue.
 * @throws
 * - RangeError: LBST_E_UNKNOWN_LB, with the nearest id
 * - TypeError: LBST_E_INVALID_TYPE
 */
export function findLoadBalancer (id: string): LoadBalancer

/**
 * How the timers of http.Server behave on a version of Node, from 10.0.0 on, as measured on the
 * released binaries on both sides of every change.
 * @param version `'22.19.0'`, or `'22'` for the newest release of that line that was measured;
 * the running one where it is not given
 * @throws
 * - RangeError: LBST_E_UNKNOWN_NODE
 * - TypeError: LBST_E_INVALID_TYPE
 */
export function nodeTimers (version?: string): NodeTimers

/**
 * Reads a load balancer's own configuration, or what its own tool prints of it: which hops
 * keep connections to Node, and for how long. Opens no file and runs nothing. An empty list
 * means that the format is known and tells of no load balancer.
 *
 * JSON up to 8 MiB, other text up to 4 MiB, YAML and TOML up to 256 KiB are read.
 *
 * @throws
 * - RangeError: LBST_E_UNKNOWN_FORMAT, LBST_E_METADATA_TOO_BIG
 * - Error: LBST_E_BAD_METADATA
 * - TypeError: LBST_E_INVALID_TYPE, LBST_E_UNKNOWN_OPTION
 */
export function readLbMetadata (input: Metadata, options?: MetadataOptions): ReadHop[]

export * from './model'

/** Whether the native module works here; false: WebAssembly stands in for it. Asking loads it; so does an ES module's `import` of this package. */
export const native: boolean

export { classifyLog, createLogClassifier } from './logs'
export type { LogVerdict, LogFormat, LogOptions, LogEntry, BadLogLine, Verdicts } from './logs'
