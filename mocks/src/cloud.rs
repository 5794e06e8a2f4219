//! The organization alive: one handler takes every request through latency, credentials, faults, quotas and
//! session policy, then to the operation that answers. Both ways in end here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response};

use crate::answer;
use crate::clock::{self, Clock};
use crate::fault::{self, Faults, Target};
use crate::ledger::{Fate, Ledger, Line, Recorder};
use crate::operation::{OPERATIONS, Service};
use crate::outcome::{Outcome, malformed, names_alias, resource, struck};
use crate::page::Paging;
use crate::quota::{self, Quotas};
use crate::scenario::{Fault, FaultKind, Latency};
use crate::seed;
use crate::session::{self, Caller, Sessions};
use crate::wire::{self, Ask, Call};
use crate::world::World;
use crate::{Scenario, ScenarioError};

/// The connection broke before an answer came.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("connection lost before an answer")]
pub struct ConnectionLost;

/// An organization in memory.
#[derive(Debug)]
pub struct Cloud {
    world: World,
    clock: Clock,
    sessions: Sessions,
    quotas: Quotas,
    faults: Faults,
    ledger: Recorder,
    latency: Latency,
    seed: u64,
    credentials: (String, String),
    region: String,
    asked: AtomicU64,
}

impl Cloud {
    /// Builds the organization.
    ///
    /// # Errors
    /// When the scenario names something that it does not have.
    pub fn new(scenario: &Scenario) -> Result<Arc<Self>, ScenarioError> {
        let clock = Clock::start(scenario.clock.as_deref())?;
        let world = World::build(scenario, clock.base_seconds())?;
        let caller = &scenario.caller;
        let account = world.account_number(&caller.account).ok_or_else(|| ScenarioError::Unknown {
            name: caller.account.clone(),
            role: "the caller's account",
        })?;
        let own = Caller {
            account,
            arn: format!("arn:{}:iam::{}:user/{}", world.partition, caller.account, caller.user),
            user_id: format!("AIDA{}", seed::upper(seed::hash(scenario.seed, &["user", &caller.user]), 17)),
            is_session: false,
            allowed: u64::MAX,
        };
        Ok(Arc::new(Self {
            clock,
            sessions: Sessions::new(caller.access_key_id.clone(), own),
            quotas: Quotas::new(scenario),
            faults: Faults::new(scenario.seed, scenario.faults.clone()),
            ledger: Recorder::default(),
            latency: scenario.latency.clone(),
            seed: scenario.seed,
            credentials: (caller.access_key_id.clone(), caller.secret_access_key.clone()),
            region: caller.region.clone(),
            asked: AtomicU64::new(0),
            world,
        }))
    }

    /// Access key id and secret of the scenario's caller.
    #[must_use]
    pub fn credentials(&self) -> (String, String) {
        self.credentials.clone()
    }

    /// The caller's region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// What was asked so far.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.ledger.read(|(number, account, region)| {
            let operation = OPERATIONS.get(number);
            Line {
                service: operation.map_or("", |known| known.service.name()),
                operation: operation.map_or("", |known| known.name),
                account: self.world.account(account).id.clone(),
                region: self.world.region_name(region).to_owned(),
            }
        })
    }

    /// Answers a request.
    ///
    /// A body that breaks off in the middle is shorter than the `content-length` of its answer; who carries the
    /// answer to the caller breaks off there.
    ///
    /// # Errors
    /// When the scenario loses the connection.
    pub async fn handle(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ConnectionLost> {
        let _in_flight = self.ledger.in_flight();
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        self.wait(&request).await;
        let request_id = seed::uuid(seed::mix(self.seed ^ number), seed::mix(number));
        let date = clock::http_date(clock::seconds(self.clock.now()));
        let call = match wire::understand(&request) {
            Ok(call) => call,
            Err((service, refusal)) => {
                self.ledger.not_understood();
                return Ok(answer::refuse(service, &refusal, &request_id, &date));
            }
        };
        let service = call.operation.service;
        let (outcome, fault) = self.serve(&call, &request_id);
        if let Some(fault) = fault.filter(|fault| fault.kind == FaultKind::Slow) {
            tokio::time::sleep(Duration::from_secs_f64(fault.seconds.max(0.0))).await;
        }
        let mut response = match outcome {
            Outcome::Lost => return Err(ConnectionLost),
            Outcome::Malformed => malformed(service, &request_id, &date, number),
            Outcome::Answer(reply) => answer::write(service, reply, &request_id, &date),
        };
        if fault.is_some_and(|fault| fault.kind == FaultKind::Truncate) {
            let half = response.body().len() / 2;
            response.body_mut().truncate(half);
        }
        Ok(response)
    }

    /// The round trip.
    async fn wait(&self, request: &Request<Bytes>) {
        let jitter = match self.latency.jitter_ms {
            0 => 0,
            most => {
                let body = String::from_utf8_lossy(request.body());
                seed::hash(self.seed, &[request.uri().path(), &body]) % (most + 1)
            }
        };
        let milliseconds = self.latency.fixed_ms + jitter;
        if milliseconds > 0 {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        }
    }

    /// Credentials, faults, quotas, session policy, answer: nothing here waits.
    fn serve(&self, call: &Call, request_id: &str) -> (Outcome, Option<&Fault>) {
        let service = call.operation.service;
        let now = clock::seconds(self.clock.now());
        let caller = match self.sessions.caller(&call.signature, service, now) {
            Ok(caller) => caller,
            Err(refusal) => {
                self.ledger.not_understood();
                return (Outcome::Answer(Err(refusal)), None);
            }
        };
        let region = self.world.region_number(&call.signature.region);
        let mut fate = Fate { by_alias: names_alias(call), ..Fate::default() };
        let fault = self.fault(call, &caller);
        fate.faulted = fault.is_some();
        let outcome = self.outcome(call, &caller, region, fault, request_id, now);
        if let Outcome::Answer(Err(refusal)) = &outcome {
            fate.throttled = refusal.code == quota::throttled(service).code;
        }
        let place = (call.number, caller.account, region.unwrap_or(usize::MAX));
        self.ledger.record(place, fate, self.clock.elapsed());
        (outcome, fault)
    }

    fn outcome(
        &self,
        call: &Call,
        caller: &Caller,
        region: Option<usize>,
        fault: Option<&Fault>,
        request_id: &str,
        now: i64,
    ) -> Outcome {
        let service = call.operation.service;
        if let Some(outcome) = fault.and_then(|fault| struck(fault.kind, call, caller)) {
            return outcome;
        }
        let Some(region) = self.reachable(service, caller, region) else {
            return Outcome::Answer(Err(session::unknown(service)));
        };
        if !self.quotas.admit(call.operation, (call.number, caller.account, region), self.clock.elapsed()) {
            return Outcome::Answer(Err(quota::throttled(service)));
        }
        if caller.allowed >> call.number & 1 == 0 && call.operation.name != "GetCallerIdentity" {
            let action = format!("{}:{}", service.name(), call.operation.name);
            let why = "because no session policy allows the action";
            return Outcome::Answer(Err(fault::denied(service, &caller.arn, &action, resource(call), why)));
        }
        let paging = match fault.map(|fault| fault.kind) {
            Some(FaultKind::RepeatToken) => Paging::Repeat,
            Some(FaultKind::EmptyPages) => Paging::Empty,
            Some(FaultKind::ShortPages) => Paging::Short,
            _ => Paging::Full,
        };
        let ask = Ask {
            world: &self.world,
            sessions: &self.sessions,
            caller,
            region,
            input: &call.input,
            paging,
            now,
            request_id,
        };
        Outcome::Answer((call.operation.answer)(&ask))
    }

    /// The region that answers: regional services do where the region is on, the others have one endpoint.
    fn reachable(&self, service: Service, caller: &Caller, region: Option<usize>) -> Option<usize> {
        match service {
            Service::Kms | Service::Sts => {
                region.filter(|region| self.world.is_enabled(caller.account, *region))
            }
            Service::Organizations | Service::Iam | Service::Account => Some(region.unwrap_or(usize::MAX)),
        }
    }

    fn fault(&self, call: &Call, caller: &Caller) -> Option<&Fault> {
        if self.faults.is_empty() {
            return None;
        }
        let resource = resource(call);
        let region = self.world.region_number(&call.signature.region);
        let key_names = match region {
            Some(region) if self.faults.look_at_keys() && call.operation.service == Service::Kms => {
                self.world.cell(caller.account, region).names_of(resource)
            }
            _ => Vec::new(),
        };
        // A role is asked of the account it stands in, not of the caller's.
        let asked = if call.operation.name == "AssumeRole" { resource.split(':').nth(4) } else { None };
        self.faults.strike(Target {
            operation: call.operation,
            account: asked.unwrap_or(&self.world.account(caller.account).id),
            region: &call.signature.region,
            resource,
            key_names: &key_names,
        })
    }
}
