import http from 'node:http'
import https from 'node:https'
import http2 from 'node:http2'
import net from 'node:net'
import { expectAssignable, expectError, expectNotAssignable, expectType } from 'tsd'
import lbst, {
  applyLbSafeTimeouts, planLbSafeTimeouts, loadBalancers, findLoadBalancer, nodeTimers, readLbMetadata, native, createConnectionModel, classifyLog, createLogClassifier, status,
  drain, type DrainReport, type KubernetesPlan,
  type ConnectionModel, type ConnectionOutcome, type Evidence, type LbId, type LoadBalancer, type NodeTimers, type Options, type Plan, type Report
} from '../..'
import { classifyLogFiles, type LogEntry, type LogReport } from '../../lib/logs'

// what people really hold
expectType<Report>(applyLbSafeTimeouts(http.createServer()))
expectType<Report>(applyLbSafeTimeouts(https.createServer(), { lb: 'aws-alb' }))
expectType<Report>(applyLbSafeTimeouts(http2.createServer()))
expectType<Report>(applyLbSafeTimeouts(http2.createSecureServer({ allowHTTP1: true })))
expectError(applyLbSafeTimeouts(net.createServer()))
expectError(applyLbSafeTimeouts({}))
expectError(applyLbSafeTimeouts())
expectError(applyLbSafeTimeouts((req: unknown, res: unknown) => {}))

// options
applyLbSafeTimeouts(http.createServer(), { lb: { idleTimeoutMs: 60000 } })
applyLbSafeTimeouts(http.createServer(), { lb: ['cloudflare', { id: 'aws-alb', idleTimeoutMs: 120000, drainMs: 1000 }] })
applyLbSafeTimeouts(http.createServer(), { metadata: [{ id: 'nginx', role: 'pool-owner', idleTimeoutMs: null }] })
applyLbSafeTimeouts(http.createServer(), { metadata: readLbMetadata(Buffer.from('http {}'), { format: 'nginx' }) })
applyLbSafeTimeouts(http.createServer(), { metadata: 'http {}' })
expectType<number | null>(readLbMetadata({ Attributes: [] })[0]!.idleTimeoutMs)
expectError(readLbMetadata(60000))
expectError(readLbMetadata('', { format: 'ngnix' }))
applyLbSafeTimeouts(http.createServer(), {
  idleTimeoutMs: 60000, marginMs: 1000, headersTimeout: 'keep', onUnsafeWrite: 'enforce', unbounded: 'long', lastLook: false, evidence: false
})
expectError(applyLbSafeTimeouts(http.createServer(), { lb: 'aws_alb' }))
expectError(applyLbSafeTimeouts(http.createServer(), { idleTimeout: 60000 }))
expectError(applyLbSafeTimeouts(http.createServer(), { idleTimeoutMs: '60s' }))
expectError(applyLbSafeTimeouts(http.createServer(), { headersTimeout: 'long' }))
expectAssignable<Options>({})
expectAssignable<LbId>('gcp-external-alb')
expectNotAssignable<LbId>('gcp')

// the report
const report = applyLbSafeTimeouts(http.createServer())
expectType<string[]>(report.restore())
expectType<boolean>(report.safe)
expectType<number | null>(report.idleCloseMs.earliest)
expectType<LbId | null>(report.lb.id)
expectError(report.safe = true)
expectAssignable<Plan>(report)

// the rest
expectType<Plan>(planLbSafeTimeouts({ lb: 'haproxy' }, { keepAliveTimeout: 72000, nodeVersion: '18' }))
expectError(planLbSafeTimeouts().restore)
expectType<readonly LoadBalancer[]>(loadBalancers())
expectType<LoadBalancer>(findLoadBalancer('nginx'))
expectType<NodeTimers>(nodeTimers('22.19.0'))
expectType<boolean>(native)
expectType<Report>(lbst.applyLbSafeTimeouts(http.createServer()))

// the model
const model = createConnectionModel({ keepAliveTimeout: 5000 }, { nodeVersion: '22', listenAtMs: 0 })
expectType<ConnectionModel>(model)
expectType<void>(model.event('response-finish', 20))
expectType<void>(model.event('stall', 20, 30))
expectError(model.event('bytes', 20, 30))
expectError(model.event('bites', 20))
expectType<ConnectionOutcome | null>(model.advance(1000))
expectType<number>(model.nextDeadlineMs())
expectError(model.open = true)

// logs
const verdicts = classifyLog('', { format: 'alb', entries: true })
expectType<number>(verdicts.counts['keep-alive-race'])
expectType<LogEntry[] | undefined>(verdicts.entries)
expectError(classifyLog('', { format: 'abl' }))
expectError(classifyLog(17))
expectAssignable<NodeJS.ReadWriteStream>(createLogClassifier({ logFormat: '$status' }))
expectType<Promise<LogReport>>(classifyLogFiles(['a.log', '-'], { threads: 1 }))

// the evidence
const evidence = status(http.createServer())
expectType<'safe' | 'unsafe' | 'unproven'>(evidence.verdict)
expectType<number | null>(evidence.learned.idleTimeoutMs)
expectType<LbId | null>(evidence.lb.id)
expectError(evidence.saved = 1)
expectType<Evidence>(lbst.status(http.createServer()))

// drain
expectType<Promise<DrainReport>>(drain(http.createServer(), { windowMs: 1000, deadlineMs: 5000, signal: new AbortController().signal }))
expectType<{ remove (): void }>(drain.onSignals([http.createServer()], { signals: ['SIGTERM'], onDrained: () => {} }))
expectType<KubernetesPlan>(drain.kubernetes({ lb: 'aws-alb', requestMs: 1000 }))
http.createServer(drain.readiness(https.createServer()))
expectError(drain(http.createServer(), { window: 1000 }))
