//! The organization resolved: the tree of units with AWS's ids, the guardrails and what they are attached to.

use std::collections::BTreeMap;

use super::account::Member;
use super::fill::{self, Texts};
use crate::scenario::GuardrailType;
use crate::seed;
use crate::{Scenario, ScenarioError};

/// The organization.
#[derive(Debug)]
pub(crate) struct OrganizationState {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) management: String,
    pub(crate) delegated: Vec<String>,
    pub(crate) root: String,
    pub(crate) root_arn: String,
    /// Units by their path of names.
    pub(crate) units: BTreeMap<String, Unit>,
    pub(crate) guardrails: Vec<GuardrailState>,
    pub(crate) disabled_policy_types: Vec<GuardrailType>,
}

/// An organizational unit.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    /// The id of the unit above, or of the root.
    pub(crate) parent: String,
    /// `o-…/r-…/ou-…/`.
    pub(crate) path: String,
}

/// An SCP or RCP.
#[derive(Debug)]
pub(crate) struct GuardrailState {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) kind: GuardrailType,
    pub(crate) description: String,
    pub(crate) content: String,
    pub(crate) aws_managed: bool,
    pub(crate) targets: Vec<Target>,
}

/// What a guardrail is attached to.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    /// `ROOT`, `ORGANIZATIONAL_UNIT` or `ACCOUNT`.
    pub(crate) kind: &'static str,
}

impl OrganizationState {
    /// The id of the unit, or root, that an account lies in.
    pub(crate) fn parent_of(&self, member: &Member) -> &str {
        self.units.get(&member.unit).map_or(&self.root, |unit| &unit.id)
    }

    /// `o-…/r-…/ou-…/111122223333/`.
    pub(crate) fn path_of(&self, member: &Member) -> String {
        match self.units.get(&member.unit) {
            Some(unit) => format!("{}{}/", unit.path, member.id),
            None => format!("{}/{}/{}/", self.id, self.root, member.id),
        }
    }

    pub(crate) fn account_arn(&self, member: &Member) -> String {
        self.arn.replace(":organization/", ":account/") + "/" + &member.id
    }
}

/// Resolves the organization of a scenario.
pub(super) fn build(
    scenario: &Scenario,
    texts: &Texts,
    accounts: &[Member],
) -> Result<Option<OrganizationState>, ScenarioError> {
    let Some(written) = &scenario.organization else {
        return Ok(None);
    };
    let id = fill::organization_id(scenario.seed, written.id.as_deref());
    let root = fill::root_id(scenario.seed);
    let arn =
        |kind: &str| format!("arn:{}:organizations::{}:{kind}/{id}", texts.partition, written.management);
    let mut state = OrganizationState {
        arn: arn("organization"),
        root_arn: format!("{}/{root}", arn("root")),
        management: written.management.clone(),
        delegated: written.delegated_administrators.clone(),
        units: BTreeMap::new(),
        guardrails: Vec::new(),
        disabled_policy_types: written.disabled_policy_types.clone(),
        root,
        id,
    };
    let named = accounts.iter().filter(|account| account.member).map(|account| &account.unit);
    for path in named.chain(&written.units) {
        add_units(&mut state, scenario.seed, path);
    }
    state.guardrails = guardrails(scenario, texts, &state, accounts)?;
    Ok(Some(state))
}

/// A unit and all above it.
fn add_units(state: &mut OrganizationState, seed: u64, path: &str) {
    let mut parent = (state.root.clone(), format!("{}/{}/", state.id, state.root));
    let mut so_far = String::new();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        if !so_far.is_empty() {
            so_far.push('/');
        }
        so_far.push_str(name);
        let tail = state.root.trim_start_matches("r-");
        let id = format!("ou-{tail}-{}", seed::lower(seed::hash(seed, &["unit", &so_far]), 8));
        let unit = Unit {
            arn: format!("{}/{id}", state.arn.replace(":organization/", ":ou/")),
            name: name.to_owned(),
            parent: parent.0,
            path: format!("{}{id}/", parent.1),
            id,
        };
        parent = (unit.id.clone(), unit.path.clone());
        state.units.entry(so_far.clone()).or_insert(unit);
    }
}

fn guardrails(
    scenario: &Scenario,
    texts: &Texts,
    state: &OrganizationState,
    accounts: &[Member],
) -> Result<Vec<GuardrailState>, ScenarioError> {
    let mut everywhere = vec![Target {
        id: state.root.clone(),
        arn: state.root_arn.clone(),
        name: "Root".into(),
        kind: "ROOT",
    }];
    everywhere.extend(state.units.values().map(of_unit));
    everywhere
        .extend(accounts.iter().filter(|account| account.member).map(|account| of_account(state, account)));
    let detached: Vec<String> = match &scenario.organization {
        None => Vec::new(),
        Some(written) => written
            .without_full_access
            .iter()
            .map(|name| Ok(target(state, accounts, name)?.id))
            .collect::<Result<_, ScenarioError>>()?,
    };
    let kept = everywhere.iter().filter(|target| !detached.contains(&target.id)).cloned().collect();
    let mut all = vec![
        full_access("p-FullAWSAccess", GuardrailType::ServiceControlPolicy, kept, &texts.partition),
        full_access("p-RCPFullAWSAccess", GuardrailType::ResourceControlPolicy, everywhere, &texts.partition),
    ];
    for guardrail in &scenario.guardrails {
        let id = format!("p-{}", seed::lower(seed::hash(scenario.seed, &["guardrail", &guardrail.name]), 10));
        let folder = match guardrail.r#type {
            GuardrailType::ServiceControlPolicy => "service_control_policy",
            GuardrailType::ResourceControlPolicy => "resource_control_policy",
        };
        let targets: Result<_, _> =
            guardrail.targets.iter().map(|name| target(state, accounts, name)).collect();
        all.push(GuardrailState {
            arn: format!("{}/{folder}/{id}", state.arn.replace(":organization/", ":policy/")),
            id,
            name: guardrail.name.clone(),
            kind: guardrail.r#type,
            description: guardrail.description.clone(),
            content: texts.fill.text(texts.policy(&guardrail.policy)?),
            aws_managed: false,
            targets: targets?,
        });
    }
    Ok(all)
}

fn full_access(id: &str, kind: GuardrailType, targets: Vec<Target>, partition: &str) -> GuardrailState {
    let (folder, content) = match kind {
        GuardrailType::ServiceControlPolicy => (
            "service_control_policy",
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        ),
        GuardrailType::ResourceControlPolicy => (
            "resource_control_policy",
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#,
        ),
    };
    GuardrailState {
        id: id.to_owned(),
        arn: format!("arn:{partition}:organizations::aws:policy/{folder}/{id}"),
        name: id.trim_start_matches("p-").to_owned(),
        kind,
        description: "Allows access to every operation".into(),
        content: content.to_owned(),
        aws_managed: true,
        targets,
    }
}

fn of_unit(unit: &Unit) -> Target {
    let kind = "ORGANIZATIONAL_UNIT";
    Target { id: unit.id.clone(), arn: unit.arn.clone(), name: unit.name.clone(), kind }
}

fn of_account(state: &OrganizationState, account: &Member) -> Target {
    let arn = state.account_arn(account);
    Target { id: account.id.clone(), arn, name: account.name.clone(), kind: "ACCOUNT" }
}

fn target(state: &OrganizationState, accounts: &[Member], name: &str) -> Result<Target, ScenarioError> {
    if name == "root" {
        let root = state.root.clone();
        return Ok(Target { id: root, arn: state.root_arn.clone(), name: "Root".into(), kind: "ROOT" });
    }
    if let Some(unit) = state.units.get(name) {
        return Ok(of_unit(unit));
    }
    let account = accounts.iter().find(|account| account.id == name);
    account
        .map(|account| of_account(state, account))
        .ok_or_else(|| ScenarioError::Unknown { name: name.to_owned(), role: "the target of a guardrail" })
}
