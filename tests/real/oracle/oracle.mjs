// Answers cases with the core of @cloud-copilot/iam-simulate: one case a line on standard input, one line
// `{"id", "decision"}` each on standard output. With `--bench N` it answers every case N times after
// loading its policies once, and prints the time that one answer takes.
// The core is called without the package's input checks, which reject policies that AWS has stored.
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const modules = process.env.ORACLE_MODULES
const load = (path) => import(pathToFileURL(`${modules}/@cloud-copilot/${path}`))
const [{ authorize }, { AwsRequestImpl }, { RequestContextImpl }, { DiscoveryContextKeyConstraints }, { loadPolicy }] = await Promise.all([
  load('iam-simulate/dist/esm/core_engine/CoreSimulatorEngine.js'),
  load('iam-simulate/dist/esm/request/request.js'),
  load('iam-simulate/dist/esm/requestContext.js'),
  load('iam-simulate/dist/esm/context_keys/discoveryContextKeyConstraints.js'),
  load('iam-policy/dist/esm/index.js')
])

const FULL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] }
const FULL_IDENTITY = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const MULTI = new Set(['kms:encryptioncontextkeys', 'kms:grantoperations', 'kms:resourcealiases', 'aws:tagkeys',
  'aws:principalorgpaths', 'aws:calledvia', 'aws:principalservicenameslist', 'aws:resourceorgpaths', 'aws:sourceorgpaths'])
const DECISION = { Allowed: 'allow', ImplicitlyDenied: 'implicit_deny', ExplicitlyDenied: 'explicit_deny' }

const policy = (document, name) => loadPolicy(document, { name })
const levels = (name, lists, implied) => (lists ?? []).map((list, level) => ({
  orgIdentifier: `${name}-${level}`,
  policies: [...implied, ...list].map((document, index) => policy(document, `${name}-${level}-${index}`))
}))

function prepare(text) {
  const { id, request, ...rest } = JSON.parse(text)
  const context = Object.entries(request.context)
    .map(([key, values]) => [key, MULTI.has(key.toLowerCase()) ? values : values[0]])
  const account = request.resource.split(':')[4]
  const one = (document, name) => (document ? policy(document, name) : undefined)
  return { id, request: {
    request: new AwsRequestImpl(request.principal, { resource: request.resource, accountId: account }, request.action,
      new RequestContextImpl(Object.fromEntries(context))),
    sessionPolicy: one(rest.session_policy, 'session'),
    // The core knows no root user; it is given the identity permissions that a root user has.
    identityPolicies: (request.principal.endsWith(':root') ? [FULL_IDENTITY] : (rest.identity_policies ?? []))
      .map((document, index) => policy(document, `identity-${index}`)),
    serviceControlPolicies: levels('scp', rest.service_control_policies, []),
    resourceControlPolicies: levels('rcp', rest.resource_control_policies, [FULL]),
    resourcePolicy: one(rest.key_policies?.[0], 'key'),
    permissionBoundaries: rest.permissions_boundary ? [policy(rest.permissions_boundary, 'boundary')] : undefined,
    vpcEndpointPolicies: rest.vpc_endpoint_policy ? [policy(rest.vpc_endpoint_policy, 'endpoint')] : undefined,
    simulationParameters: {
      simulationMode: 'Strict',
      discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([])
    },
    serviceSettings: {}
  } }
}

const cases = []
for await (const line of createInterface({ input: process.stdin })) cases.push(prepare(line))

const rounds = process.argv.indexOf('--bench')
if (rounds < 0) {
  for (const { id, request } of cases) {
    let decision
    try {
      decision = DECISION[authorize(request).result]
    } catch (error) {
      decision = `failed: ${error.message}`
    }
    console.log(JSON.stringify({ id, decision }))
  }
} else {
  const count = Number(process.argv[rounds + 1])
  const all = (n) => { for (let i = 0; i < n; i++) for (const { request } of cases) authorize(request) }
  all(Math.max(1, Math.floor(count / 5)))
  const start = process.hrtime.bigint()
  all(count)
  const nanos = Number(process.hrtime.bigint() - start) / count / cases.length
  console.log(JSON.stringify({ cases: cases.length, rounds: count, nanoseconds: nanos }))
}
