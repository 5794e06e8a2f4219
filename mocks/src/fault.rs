//! Which fault of the scenario a request meets. Counts are kept for each fault and resource, chances are drawn
//! from the seed, so that the same requests in the same order meet the same faults.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::operation::{Operation, Service};
use crate::scenario::{Fault, FaultKind};
use crate::seed;
use crate::wire::Refusal;

/// What a fault is matched against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    /// The key, or other resource, the request names.
    pub(crate) resource: &'a str,
    /// The names that the key goes by: label, id, aliases.
    pub(crate) key_names: &'a [String],
}

/// The faults of a scenario, and how often each struck.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    faults: Vec<Fault>,
    struck: Mutex<HashMap<(usize, u64), u64>>,
}

impl Faults {
    pub(crate) fn new(seed: u64, faults: Vec<Fault>) -> Self {
        Self { seed, faults, struck: Mutex::new(HashMap::new()) }
    }

    /// Whether any fault looks at the key a request names.
    pub(crate) fn look_at_keys(&self) -> bool {
        self.faults.iter().any(|fault| fault.key.is_some())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// The first fault that strikes.
    pub(crate) fn strike(&self, target: Target<'_>) -> Option<&Fault> {
        self.faults
            .iter()
            .enumerate()
            .find(|(number, fault)| selects(fault, target) && self.is_due(*number, fault, target))
            .map(|(_, fault)| fault)
    }

    fn is_due(&self, number: usize, fault: &Fault, target: Target<'_>) -> bool {
        if fault.times.is_none() && fault.every.is_none() && fault.share.is_none() {
            return true;
        }
        let resource =
            seed::hash(self.seed, &[target.operation.name, target.account, target.region, target.resource]);
        let counted = if fault.every.is_some() { 0 } else { resource };
        let mut struck = self.struck.lock().unwrap_or_else(PoisonError::into_inner);
        let count = struck.entry((number, counted)).or_insert(0);
        *count += 1;
        let share = fault.share.is_none_or(|share| chance(seed::mix(resource ^ *count)) < share);
        share
            && fault.times.is_none_or(|times| *count <= times)
            && fault.every.is_none_or(|every| every > 0 && (*count).is_multiple_of(every))
    }
}

fn chance(hash: u64) -> f64 {
    // 32 bits are exact in a double.
    f64::from(u32::try_from(hash >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

fn selects(fault: &Fault, target: Target<'_>) -> bool {
    let fits = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
    fits(&fault.service, target.operation.service.name())
        && fits(&fault.operation, target.operation.name)
        && fits(&fault.account, target.account)
        && fits(&fault.region, target.region)
        && fits(&fault.resource, target.resource)
        && fault.key.as_ref().is_none_or(|key| target.key_names.contains(key))
}

/// The refusal of a caller without permission.
pub(crate) fn denied(service: Service, caller: &str, action: &str, resource: &str, why: &str) -> Refusal {
    let on = if resource.is_empty() { String::new() } else { format!(" on resource: {resource}") };
    let message = format!("User: {caller} is not authorized to perform: {action}{on} {why}");
    match service {
        Service::Sts | Service::Iam => Refusal::new("AccessDenied", message).with_status(403),
        Service::Account => Refusal::new("AccessDeniedException", message).with_status(403),
        Service::Kms => Refusal::new("AccessDeniedException", message),
        Service::Organizations => Refusal::new(
            "AccessDeniedException",
            "You don't have permissions to access this resource.".to_owned(),
        ),
    }
}

/// Why a `denied` request is denied, in AWS's words.
pub(crate) fn reason(kind: FaultKind, service: Service) -> &'static str {
    match (kind, service) {
        (FaultKind::DeniedByScp, _) => "with an explicit deny in a service control policy",
        (_, Service::Kms) => "because no resource-based policy allows the action",
        _ => "because no identity-based policy allows the action",
    }
}

/// A failure on AWS's side.
pub(crate) fn server_error(service: Service) -> Refusal {
    let message =
        "The request was rejected because an internal exception occurred. The request can be retried.";
    let code = match service {
        Service::Kms => "KMSInternalException",
        Service::Organizations => "ServiceException",
        Service::Sts => "InternalFailure",
        Service::Iam => "ServiceFailure",
        Service::Account => "InternalServerException",
    };
    Refusal::new(code, message).with_status(500)
}

/// A service that is down.
pub(crate) fn unavailable() -> Refusal {
    Refusal::new("ServiceUnavailable", "Service is unable to handle request.").with_status(503)
}
