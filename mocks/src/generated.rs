//! An estate made from numbers: which keys, policies, grants and roles stand where follows from the seed and the
//! place, computed for each request. Nothing is held for a key, so that hundreds of thousands cost no memory.

mod ids;
mod texts;

use crate::answer::tag;
use crate::clock::{self, DAY};
use crate::scenario::{self, Account, Generated, Guardrail, GuardrailType, Organization, Scenario};
use crate::seed;
use crate::world::{self, Key, Source, World};

/// Regions in the order that estates grow into them.
const REGIONS: [&str; 30] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "sa-east-1",
    "af-south-1",
    "ap-east-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
];

/// The estate.
#[derive(Debug)]
pub(crate) struct Estate {
    numbers: Generated,
    seed: u64,
    base: i64,
    partition: String,
    organization: String,
    caller: String,
    /// Account ids, in order.
    accounts: Vec<String>,
    busy_regions: usize,
}

/// Where a generated key stands.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) number: usize,
    /// Everything about the key is drawn from this.
    pub(crate) drawn: u64,
    aws_managed: bool,
}

/// The id of a generated account.
fn account_id(number: usize) -> String {
    format!("{:012}", 100_000_000_000_usize + number * 7_919)
}

impl Estate {
    /// Adds the generated accounts, regions and guardrails to a scenario, and keeps the numbers.
    pub(crate) fn new(scenario: &mut Scenario, numbers: Generated, base: i64) -> Self {
        let known = scenario.accounts.len();
        for number in known..numbers.accounts {
            scenario.accounts.push(account(scenario.seed, number));
        }
        for region in REGIONS.iter().take(numbers.regions) {
            if !scenario.regions.iter().any(|known| known == region) {
                scenario.regions.push((*region).to_owned());
            }
        }
        let accounts: Vec<String> = scenario.accounts.iter().map(|account| account.id.clone()).collect();
        if scenario.organization.is_none() {
            scenario.organization = Some(Organization {
                id: Some(format!("o-{}", seed::lower(seed::hash(scenario.seed, &["organization"]), 10))),
                management: accounts.first().cloned().unwrap_or_default(),
                delegated_administrators: vec![scenario.caller.account.clone()],
                ..Organization::default()
            });
        }
        for number in 0..numbers.guardrails {
            scenario.guardrails.push(guardrail(scenario, number));
        }
        Self {
            seed: scenario.seed,
            base,
            partition: scenario.partition.clone(),
            organization: scenario
                .organization
                .as_ref()
                .and_then(|known| known.id.clone())
                .unwrap_or_default(),
            caller: scenario.caller.account.clone(),
            busy_regions: numbers.busy_regions.unwrap_or(numbers.regions),
            accounts,
            numbers,
        }
    }

    fn account(&self, number: usize) -> &str {
        self.accounts.get(number).map_or("000000000000", String::as_str)
    }

    /// How many keys, AWS managed ones first, stand in a cell.
    pub(crate) fn keys(&self, account: usize, region: usize) -> usize {
        let customer = self.customer_keys(account, region);
        let is_busy = account < self.numbers.accounts && region < self.busy_regions;
        let aws = if customer > 0 || is_busy { self.numbers.aws_managed_keys } else { 0 };
        usize::try_from(customer + aws).unwrap_or(usize::MAX)
    }

    fn customer_keys(&self, account: usize, region: usize) -> u64 {
        if account >= self.numbers.accounts || region >= self.numbers.regions {
            return 0;
        }
        if let (Some(keys), 1, 0) = (self.numbers.keys_in_one_cell, account, region) {
            return keys;
        }
        let share = self.numbers.heavy_account_share;
        if share > 0.0 && account == 1 {
            return if region < self.numbers.heavy_regions { self.heavy_keys(share) } else { 0 };
        }
        if region < self.busy_regions { self.numbers.keys } else { 0 }
    }

    /// Keys in each busy region of the account that holds a share of all.
    fn heavy_keys(&self, share: f64) -> u64 {
        let others = u64::try_from(self.numbers.accounts.saturating_sub(1) * self.busy_regions).unwrap_or(0);
        let per_mille = format!("{:.0}", share.clamp(0.0, 0.999) * 1000.0).parse::<u64>().unwrap_or(0);
        let all = others * self.numbers.keys * per_mille / (1000 - per_mille);
        all / u64::try_from(self.numbers.heavy_regions.max(1)).unwrap_or(1)
    }

    fn is_aws_managed(&self, number: usize) -> bool {
        u64::try_from(number).is_ok_and(|number| number < self.numbers.aws_managed_keys)
    }

    /// The alias of a key; every generated key has one.
    pub(crate) fn alias(&self, number: usize) -> String {
        if self.is_aws_managed(number) {
            return format!("alias/aws/{}", texts::SERVICES.get(number).unwrap_or(&"other"));
        }
        format!("alias/app-{number:06}")
    }

    pub(crate) fn number_of_alias(&self, alias: &str) -> Option<usize> {
        if let Some(service) = alias.strip_prefix("alias/aws/") {
            return texts::SERVICES.iter().position(|known| *known == service);
        }
        alias.strip_prefix("alias/app-")?.parse().ok()
    }

    /// Makes a key.
    pub(crate) fn key(&self, world: &World, account: usize, region: usize, number: usize) -> Key {
        let id = self.key_id(account, region, number);
        let name = world.region_name(region).to_owned();
        let account_id = self.account(account).to_owned();
        let arn = format!("arn:{}:kms:{name}:{account_id}:key/{id}", self.partition);
        let drawn = seed::mix(self.cell(account, region) ^ seed::mix(u64::try_from(number).unwrap_or(0)));
        let aws_managed = self.is_aws_managed(number);
        let days = 30 + i64::try_from(drawn % 1500).unwrap_or(0);
        let alias = self.alias(number).trim_start_matches("alias/").to_owned();
        let mut facts = if aws_managed { scenario::Key::default() } else { texts::facts(drawn) };
        facts.aliases = vec![alias];
        Key {
            id,
            arn,
            account: account_id.clone(),
            aws_managed,
            created: self.base - days * DAY,
            facts,
            multi: None,
            store: None,
            source: Source::Generated(Seat { account: account_id, region: name, number, drawn, aws_managed }),
        }
    }

    /// The key policy.
    pub(crate) fn policy(&self, seat: &Seat) -> String {
        let other = self.account(usize::try_from(seat.drawn >> 8).unwrap_or(0) % self.accounts.len().max(1));
        let place = texts::Place { partition: &self.partition, organization: &self.organization, other };
        if seat.aws_managed {
            return texts::aws_managed_policy(&place, seat);
        }
        texts::policy(&place, seat)
    }

    pub(crate) fn grants(&self, seat: &Seat) -> usize {
        let first = usize::try_from(self.numbers.aws_managed_keys).unwrap_or(0);
        let grants = match self.numbers.grants_on_first_key {
            Some(grants) if seat.number == first => grants,
            _ if seat.aws_managed => 0,
            _ => self.numbers.grants_per_key,
        };
        usize::try_from(grants).unwrap_or(usize::MAX)
    }

    pub(crate) fn grant(&self, seat: &Seat, number: usize) -> scenario::Grant {
        let drawn = seed::mix(seat.drawn ^ seed::mix(u64::try_from(number).unwrap_or(0)));
        let roles = self.numbers.principals_per_account.max(1);
        texts::grant(&self.partition, &seat.account, drawn, roles)
    }

    /// How many generated roles an account has.
    pub(crate) fn roles(&self, account: usize) -> usize {
        if account < self.numbers.accounts {
            usize::try_from(self.numbers.principals_per_account).unwrap_or(usize::MAX)
        } else {
            0
        }
    }

    /// A role as IAM sends it.
    pub(crate) fn role(&self, world: &World, account: usize, number: usize) -> String {
        let id = &world.account(account).id;
        let drawn = seed::hash(self.seed, &["role", id, &number.to_string()]);
        let role = texts::role(&self.partition, id, &self.caller, number, drawn);
        let document = world::encode(&role.document);
        let age = 10 + i64::try_from(drawn % 1200).unwrap_or(0);
        let used = i64::try_from(drawn >> 16 & 0xFF).unwrap_or(0).min(age);
        format!(
            "<member>{}{}{}{}{}{}<InstanceProfileList/><RolePolicyList><member>{}{}</member></RolePolicyList>\
             <AttachedManagedPolicies>{}</AttachedManagedPolicies><Tags/><RoleLastUsed>{}{}</RoleLastUsed></member>",
            tag("Path", "/"),
            tag("RoleName", &role.name),
            tag("RoleId", &world::drawn_id(self.seed, "AROA", id, &role.name)),
            tag("Arn", &format!("arn:{}:iam::{id}:role/{}", self.partition, role.name)),
            tag("CreateDate", &clock::iso(self.base - age * DAY)),
            tag("AssumeRolePolicyDocument", &world::encode(&role.trust)),
            tag("PolicyName", "inline"),
            tag("PolicyDocument", &document),
            role.attached.as_deref().map_or_else(String::new, |name| {
                let arn = format!("arn:{}:iam::aws:policy/{name}", self.partition);
                format!("<member>{}{}</member>", tag("PolicyName", name), tag("PolicyArn", &arn))
            }),
            tag("LastUsedDate", &clock::iso(self.base - used * DAY)),
            tag("Region", "us-east-1")
        )
    }
}

fn account(seed: u64, number: usize) -> Account {
    let drawn = seed::hash(seed, &["unit", &number.to_string()]);
    let stage = ["Prod", "NonProd", "Sandbox"]
        .get(usize::try_from(drawn % 3).unwrap_or(0))
        .copied()
        .unwrap_or("Prod");
    Account {
        id: account_id(number),
        name: format!("team-{number:05}"),
        unit: format!("Workloads/{stage}/Group-{:02}", drawn / 3 % 8),
        ..Account::default()
    }
}

fn guardrail(scenario: &Scenario, number: usize) -> Guardrail {
    let is_rcp = number.is_multiple_of(4);
    let account = scenario.accounts.get(number % scenario.accounts.len().max(1));
    let target = account.map_or("root".to_owned(), |account| account.id.clone());
    Guardrail {
        name: format!("guardrail-{number:03}"),
        r#type: if is_rcp {
            GuardrailType::ResourceControlPolicy
        } else {
            GuardrailType::ServiceControlPolicy
        },
        description: String::new(),
        targets: vec![if number < 2 { "root".to_owned() } else { target }],
        policy: if is_rcp { texts::RCP } else { texts::SCP }.to_owned(),
    }
}
