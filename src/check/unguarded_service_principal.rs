//! An AWS service may use the key on behalf of anybody.

use keyreach_policy::aws::{Access, Action};

use super::{Check, Found, Meta, Need, Scene, Topic, ways};
use crate::assess::{
    exposure::{ExposureLevel, ServiceUse},
    finding::Severity,
};

/// `unguarded-service-principal`
#[derive(Debug)]
pub(super) struct UnguardedServicePrincipal;

const META: Meta = Meta {
    id: "unguarded-service-principal",
    title: "An AWS service can use the key for resources of other accounts",
    finds: "Service principals that may use the key without a condition that holds every use to resources of this \
            account or organization.",
    matters: "A service that acts for many customers can be made to use the key for a stranger's resource (the \
              confused deputy).",
    fix: "Add aws:SourceAccount, aws:SourceArn or aws:SourceOrgID to the statement, or pin the encryption context, \
          as the service's own page recommends.",
    blind: "Whether the service sends these keys at all, and whether it lets customers name a foreign key: not every \
            integration can be abused, so this alone is no proof of exposure.",
    topic: Topic::Exposure,
    needs: &[Need::Policies],
    severity: Severity::Medium,
};

impl Check for UnguardedServicePrincipal {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        // A statement for everyone is for every service too, and public access says so already.
        let is_said =
            |service: &&ServiceUse| service.principal == "*" && scene.exposure.level == ExposureLevel::Public;
        let services = scene.exposure.services.iter();
        services.filter(|service| !service.guarded).filter(|service| !is_said(service)).map(found).collect()
    }
}

fn found(service: &ServiceUse) -> Found {
    let gives_away = |action: &String| {
        action.parse().is_ok_and(|action: Action| matches!(action.access(), Access::Decrypt | Access::Grant))
    };
    let severe = service.actions.iter().any(gives_away);
    let name = if service.principal == "*" { "Every AWS service" } else { service.principal.as_str() };
    let actions = ways::listed(service.actions.clone(), 6);
    let detail = format!("{name} can call {actions} for resources of any account.");
    let severity = if severe { Severity::Medium } else { Severity::Low };
    Found::fail(severity, service.principal.clone(), detail).with("service", service)
}
