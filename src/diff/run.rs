//! What is compared of a run, read from its report.json. Lenient on purpose: what a report of another version lacks
//! is empty, what it has more is left aside, so that old reports stay comparable.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::KeyName;

/// A run, as far as it is compared.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "Document")]
pub struct Run {
    pub(super) scan: Scan,
    pub(super) cells: BTreeMap<(String, String), Cell>,
    /// What was not read outside the cells: operation and resource.
    pub(super) gaps: Vec<Gap>,
    /// The accounts that were listed, with their states.
    pub(super) accounts: BTreeMap<String, Option<String>>,
    pub(super) keys: BTreeMap<String, Key>,
    pub(super) findings: BTreeMap<String, Finding>,
}

/// report.json.
#[derive(Deserialize)]
struct Document {
    scan: Scan,
    coverage: Coverage,
    #[serde(default)]
    accounts: Vec<Account>,
    keys: Vec<Key>,
    findings: Vec<Finding>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Scan {
    pub(super) id: String,
    pub(super) taken_at: String,
    pub(super) tool: Tool,
    #[serde(default)]
    pub(super) organization_id: Option<String>,
    #[serde(default)]
    pub(super) interrupted: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Tool {
    pub(super) version: String,
}

#[derive(Deserialize)]
struct Coverage {
    cells: Vec<Cell>,
    #[serde(default)]
    gaps: Vec<Gap>,
}

#[derive(Deserialize)]
struct Account {
    id: String,
    #[serde(default)]
    state: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Cell {
    pub(super) account_id: String,
    pub(super) region: String,
    pub(super) state: String,
    #[serde(default)]
    pub(super) gaps: Vec<Gap>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Gap {
    pub(super) operation: String,
    pub(super) resource: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Key {
    pub(super) arn: String,
    pub(super) account_id: String,
    pub(super) region: String,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    #[serde(default)]
    pub(super) policies: Vec<Policy>,
    #[serde(default)]
    pub(super) grants: Vec<Grant>,
    pub(super) exposure: Exposure,
    pub(super) lockout: Lockout,
    /// The checks that cannot tell of it; `None` where the report does not say.
    #[serde(default)]
    pub(super) undecided: Option<BTreeSet<String>>,
    /// State, tags, rotation and the other members, as they stand.
    #[serde(flatten)]
    pub(super) facts: BTreeMap<String, Value>,
    /// The questions about it, and about the principals of its account, that AWS did not answer.
    #[serde(skip)]
    pub(super) unread: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Policy {
    pub(super) name: String,
    #[serde(default)]
    pub(super) sha256: Option<String>,
    pub(super) document: Value,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Grant {
    pub(super) grant_id: String,
    #[serde(default)]
    pub(super) grantee: Option<String>,
    #[serde(default)]
    pub(super) zone: String,
    #[serde(default)]
    pub(super) operations: Vec<String>,
    /// The other members, as they stand.
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Exposure {
    pub(super) level: String,
    #[serde(default)]
    pub(super) reaches: Vec<Reach>,
    #[serde(default)]
    pub(super) services: Vec<Service>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Reach {
    pub(super) zone: String,
    pub(super) principal: String,
    #[serde(default)]
    pub(super) actions: BTreeSet<String>,
    #[serde(default)]
    pub(super) via: Vec<Via>,
    #[serde(default)]
    pub(super) conditions: BTreeSet<String>,
    #[serde(default)]
    pub(super) needs_identity_policy: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Via {
    pub(super) kind: String,
    #[serde(default)]
    pub(super) statement: Option<String>,
    #[serde(default)]
    pub(super) grant_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Service {
    pub(super) principal: String,
    #[serde(default)]
    pub(super) actions: BTreeSet<String>,
    #[serde(default)]
    pub(super) guarded: bool,
    #[serde(default)]
    pub(super) guard: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Lockout {
    pub(super) verdict: String,
    #[serde(default)]
    pub(super) reasons: Vec<String>,
    #[serde(default)]
    pub(super) writers: Vec<Writer>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Writer {
    pub(super) principal: String,
    #[serde(default)]
    pub(super) via: String,
    #[serde(default)]
    pub(super) conditions: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Finding {
    pub(super) id: String,
    pub(super) check: String,
    pub(super) severity: String,
    pub(super) status: String,
    pub(super) account_id: String,
    #[serde(default)]
    pub(super) region: Option<String>,
    #[serde(default)]
    pub(super) key_arn: Option<String>,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) evidence: Value,
}

impl Finding {
    /// The checks that it leaves open: of one of status `unknown` those that its evidence names, else its own.
    pub(super) fn open(&self) -> BTreeSet<&str> {
        let named = self.evidence.get("undecided").and_then(Value::as_array);
        let named: BTreeSet<&str> = named.into_iter().flatten().filter_map(Value::as_str).collect();
        match (self.status == "unknown", named.is_empty()) {
            (false, _) => BTreeSet::new(),
            (true, true) => BTreeSet::from([self.check.as_str()]),
            (true, false) => named,
        }
    }
}

impl From<Document> for Run {
    fn from(document: Document) -> Self {
        let place = |cell: Cell| ((cell.account_id.clone(), cell.region.clone()), cell);
        let mut run = Self {
            scan: document.scan,
            cells: document.coverage.cells.into_iter().map(place).collect(),
            gaps: document.coverage.gaps,
            accounts: document.accounts.into_iter().map(|account| (account.id, account.state)).collect(),
            keys: BTreeMap::new(),
            findings: document.findings.into_iter().map(|of| (of.id.clone(), of)).collect(),
        };
        let unread = run.unread();
        let known = |mut key: Key| {
            key.unread = unread.get(key.arn.as_str()).cloned().unwrap_or_default();
            let of_account = unread.get(key.account_id.as_str()).into_iter().flatten();
            key.unread.extend(of_account.filter(|question| *question == PRINCIPALS).cloned());
            key.unread.extend(run.unread_of_cell(&key));
            (key.arn.clone(), key)
        };
        let keys = document.keys.into_iter().map(known).collect();
        run.keys = keys;
        run
    }
}

impl Run {
    /// The unanswered questions by key ARN; those about the principals of an account by its id.
    fn unread(&self) -> BTreeMap<&str, BTreeSet<String>> {
        let mut unread: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for gap in self.cells.values().flat_map(|cell| &cell.gaps).chain(&self.gaps) {
            // What follows the ARN tells one policy of a key from the other.
            let (arn, part) = gap.resource.split_once(' ').unwrap_or((&gap.resource, ""));
            let question = format!("{} {part}", gap.operation);
            let about = if gap.operation.starts_with("kms:") { arn } else { account(arn) };
            unread.entry(about).or_default().insert(question.trim_end().to_owned());
        }
        unread
    }

    fn unread_of_cell(&self, key: &Key) -> Option<String> {
        let cell = self.cells.get(&(key.account_id.clone(), key.region.clone()))?;
        let aliases = cell.gaps.iter().find(|gap| gap.operation == LIST_ALIASES)?;
        Some(aliases.operation.clone())
    }

    /// Why the cell of a key was not listed to its end; `None` where it was.
    pub(super) fn unlisted(&self, key: &Key) -> Option<String> {
        self.unlisted_cell(&key.account_id, &key.region)
    }

    /// Why a cell was not listed to its end; `None` where it was.
    pub(super) fn unlisted_cell(&self, account: &str, region: &str) -> Option<String> {
        let Some(cell) = self.cells.get(&(account.to_owned(), region.to_owned())) else {
            return Some("not scanned".to_owned());
        };
        match cell.state.as_str() {
            "complete" => None,
            "partial" if cell.gaps.iter().all(|gap| gap.operation != "kms:ListKeys") => None,
            "partial" => Some("its keys were not listed to the end".to_owned()),
            "disabled" => Some(REGION_OFF.to_owned()),
            "not_started" => Some("the scan was stopped before".to_owned()),
            state => Some(state.to_owned()),
        }
    }
}

/// Why there is nothing to list where a Region is off.
pub(super) const REGION_OFF: &str = "the Region is off";

/// The question that tells the principals of an account.
const PRINCIPALS: &str = "iam:GetAccountAuthorizationDetails";

/// The question that tells the aliases of a cell.
pub(super) const LIST_ALIASES: &str = "kms:ListAliases";

/// The account in the ARN of one of its principals, or the text itself.
fn account(resource: &str) -> &str {
    resource.split(':').nth(4).unwrap_or(resource)
}

impl Key {
    pub(super) fn name(&self) -> KeyName {
        KeyName {
            arn: self.arn.clone(),
            account_id: self.account_id.clone(),
            region: self.region.clone(),
            aliases: self.aliases.clone(),
        }
    }

    /// Its policy of a name.
    pub(super) fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.name == name)
    }

    /// Whether AWS answered a question about the key.
    pub(super) fn has_read(&self, question: &str) -> bool {
        !self.unread.contains(question)
    }

    /// Whether all that lets somebody in was read: then what is absent is not there.
    pub(super) fn shows_all_ways(&self) -> bool {
        self.exposure.level != "unknown" && POLICY_AND_GRANTS.iter().all(|question| self.has_read(question))
    }

    /// Whether everybody who can rewrite the policy is shown.
    pub(super) fn shows_all_writers(&self) -> bool {
        let doubt = ["policy_unread", "iam_unread", "guardrails_unread", "search_limit"];
        let in_doubt = |reason: &String| doubt.contains(&reason.as_str());
        let settled_without_iam = self.lockout.verdict == "locked_out";
        self.lockout.verdict != "unknown"
            && !self.lockout.reasons.iter().any(in_doubt)
            && (settled_without_iam || self.has_read(PRINCIPALS))
    }
}

impl Reach {
    /// Everything but the statement or grant that it leads through.
    pub(super) fn allowed(&self) -> impl Ord + use<'_> {
        (&self.zone, &self.principal, &self.actions, &self.conditions, self.needs_identity_policy)
    }
}

/// The questions whose answers let somebody in.
const POLICY_AND_GRANTS: [&str; 3] = ["kms:GetKeyPolicy", "kms:GetKeyPolicy (AWS_RAM)", "kms:ListGrants"];
