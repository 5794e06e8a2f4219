//! Accounts resolved: state, regions, IAM entities ready to send, and the doors, which are the roles that
//! `AssumeRole` finds.

use std::collections::{BTreeMap, HashMap};

use super::fill::Texts;
use super::iam::{self, Kind};
use crate::scenario::{Account, Iam, Role, ScanRole};
use crate::seed;
use crate::{Scenario, ScenarioError};

/// An account.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) state: String,
    /// The path of names of its unit.
    pub(crate) unit: String,
    /// In the organization.
    pub(crate) member: bool,
    pub(crate) opted_in: Vec<usize>,
    pub(crate) region_status: HashMap<usize, String>,
    /// IAM entities as XML, in the order IAM lists them.
    pub(crate) entities: Vec<(Kind, String)>,
    pub(crate) doors: Vec<Door>,
    pub(crate) root_mfa: bool,
    pub(crate) root_password: bool,
    pub(crate) root_access_keys: bool,
    /// When it joined, in seconds since the epoch.
    pub(crate) joined: i64,
}

/// A role that can be assumed.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) id: String,
    pub(crate) external_id: Option<String>,
    /// Account ids and principal ARNs.
    pub(crate) trusted: Vec<String>,
    pub(crate) max_session: i64,
}

/// Stands where a number leads nowhere.
pub(super) static NOBODY: std::sync::LazyLock<Member> = std::sync::LazyLock::new(|| Member {
    id: "000000000000".into(),
    name: String::new(),
    email: String::new(),
    state: "CLOSED".into(),
    unit: String::new(),
    member: false,
    opted_in: Vec::new(),
    region_status: HashMap::new(),
    entities: Vec::new(),
    doors: Vec::new(),
    root_mfa: false,
    root_password: false,
    root_access_keys: false,
    joined: 0,
});

/// Resolves the accounts of a scenario.
pub(super) fn build(
    scenario: &Scenario,
    texts: &Texts,
    regions: &HashMap<String, usize>,
    base: i64,
) -> Result<Vec<Member>, ScenarioError> {
    scenario.accounts.iter().map(|account| member(scenario, texts, regions, account, base)).collect()
}

fn member(
    scenario: &Scenario,
    texts: &Texts,
    regions: &HashMap<String, usize>,
    account: &Account,
    base: i64,
) -> Result<Member, ScenarioError> {
    let region = |name: &String| {
        let unknown = || ScenarioError::Unknown { name: name.clone(), role: "a region" };
        regions.get(name).copied().ok_or_else(unknown)
    };
    let iam = whole_iam(scenario, account)?;
    let drawn = seed::hash(texts.seed, &["joined", &account.id]);
    Ok(Member {
        id: account.id.clone(),
        name: account.name.clone(),
        email: account.email.clone().unwrap_or_else(|| address(&account.name)),
        state: account.state.clone(),
        unit: account.unit.clone(),
        member: account.member && scenario.organization.is_some(),
        opted_in: account.opted_in.iter().map(region).collect::<Result<_, _>>()?,
        region_status: account
            .region_status
            .iter()
            .map(|(name, status)| Ok((region(name)?, status.clone())))
            .collect::<Result<_, ScenarioError>>()?,
        doors: iam.roles.iter().filter_map(|role| door(scenario, texts, account, role)).collect(),
        entities: iam::entities(texts, &account.id, &iam, base)?,
        root_mfa: account.root_mfa,
        root_password: account.root_password,
        root_access_keys: account.root_access_keys,
        joined: base - i64::try_from(drawn % 60_000_000).unwrap_or(0) - 40_000_000,
    })
}

fn address(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    format!("aws+{plain}@example.com")
}

/// Blueprints, the account's own IAM, and the role of the scan.
fn whole_iam(scenario: &Scenario, account: &Account) -> Result<Iam, ScenarioError> {
    let mut iam = Iam::default();
    for name in &account.blueprints {
        let unknown = || ScenarioError::Unknown { name: name.clone(), role: "an IAM blueprint" };
        add(&mut iam, scenario.iam.get(name).ok_or_else(unknown)?);
    }
    add(&mut iam, &account.iam);
    if let Some(scan) = scenario.scan_role.as_ref().filter(|_| account.scan_role) {
        iam.roles.push(scan_role(scan, &scenario.caller.account));
    }
    Ok(iam)
}

fn add(iam: &mut Iam, more: &Iam) {
    iam.users.extend(more.users.iter().cloned());
    iam.groups.extend(more.groups.iter().cloned());
    iam.roles.extend(more.roles.iter().cloned());
    iam.policies.extend(more.policies.iter().cloned());
}

fn scan_role(scan: &ScanRole, caller: &str) -> Role {
    let trusted = if scan.trusted.is_empty() { vec![caller.to_owned()] } else { scan.trusted.clone() };
    let principal = trusted.first().cloned().unwrap_or_default();
    let trust = match &scan.external_id {
        None => principal,
        Some(external) => format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole","Condition":{{"StringEquals":{{"sts:ExternalId":"{external}"}}}}}}]}}"#
        ),
    };
    let read = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["account:ListRegions","iam:GetAccountAuthorizationDetails","iam:GetAccountSummary","kms:Describe*","kms:GetKey*","kms:List*"],"Resource":"*"}]}"#;
    Role {
        name: scan.name.clone(),
        trust,
        inline: BTreeMap::from([("read".to_owned(), read.to_owned())]),
        assumable_by: trusted,
        age_days: 400,
        last_used_days: Some(1),
        ..Role::default()
    }
}

fn door(scenario: &Scenario, texts: &Texts, account: &Account, role: &Role) -> Option<Door> {
    if role.assumable_by.is_empty() {
        return None;
    }
    let scan = scenario.scan_role.as_ref().filter(|scan| scan.name == role.name);
    Some(Door {
        name: role.name.clone(),
        arn: format!(
            "arn:{}:iam::{}:role{}{}",
            texts.partition,
            account.id,
            iam::path(&role.path),
            role.name
        ),
        id: iam::unique_id(texts.seed, "AROA", &account.id, &role.name, role.id.as_deref()),
        external_id: scan.and_then(|scan| scan.external_id.clone()),
        trusted: role.assumable_by.clone(),
        max_session: if role.max_session == 0 { 3600 } else { role.max_session },
    })
}
