//! What the user typed, and nothing more. Its comments are the help pages.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, builder::BoolishValueParser};
use clap_complete::Shell;
use keyreach_policy::{
    Caller,
    aws::{AccountId, AccountIdError, Action, OrganizationId, OrganizationIdError},
};

use crate::config::{
    FailOn,
    raw::{RawReport, RawScan, RawSettings, Words},
};

/// Who outside can reach each KMS key of an AWS organization, and who can still govern it.
///
/// Keyreach assumes a read-only role in every account, visits every Region, and writes what it read, and what
/// it could not read, as a snapshot and as reports. It changes nothing in AWS.
///
/// Start with `keyreach demo`, which needs no AWS account; then `keyreach role --help` for the role it needs.
#[derive(Debug, Parser)]
#[command(name = "keyreach", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// Log each request to AWS, with its request id, on stderr; twice: the SDK's own words as well.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done; nothing at or above --fail-on
  1  could not run at all; the reason is on stderr
  2  a flag or setting that cannot be
  3  done; findings at or above --fail-on, complaints of check, what diff --fail-on names
  4  done; something could not be read (unless --allow-gaps), or the scan was stopped;
     diff --fail-on widened: nothing widened as far as it was read, and NEW read less than OLD";

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Collect the organization, judge it, write the reports
    ///
    /// Credentials, profile, Region and endpoints are what every AWS tool reads: the environment, the shared
    /// files, single sign-on, container and instance roles. AWS_CA_BUNDLE and the proxy variables are honored.
    /// Ctrl-C stops the asking and writes what is there.
    #[cfg_attr(not(feature = "aws"), command(hide = true))]
    Scan(ScanArgs),
    /// Judge a saved snapshot again; asks AWS nothing
    Analyze(AnalyzeArgs),
    /// Scan the built-in simulated organization; needs no AWS account
    #[cfg_attr(not(feature = "demo"), command(hide = true))]
    Demo(ReportArgs),
    /// Answer authorization requests from files; asks AWS nothing
    Simulate(SimulateArgs),
    /// Judge key policy documents before they are deployed: errors, statements without effect, who outside could use the
    /// key, whether nobody could govern it
    ///
    /// Says nothing where there is nothing to say. Reads bare policies, and what `aws kms get-key-policy` prints; of the
    /// latter, lines and columns count in the policy. A statement is without effect by its form: no action, no
    /// principal, no resource that is the key.
    ///
    /// What the policy alone does not tell stays unknown: identity policies and guardrails are not read, and so no key
    /// passes for one that somebody can govern.
    Check(CheckArgs),
    /// Say which principals can do something with a key, through what, and why one cannot
    WhoCan(WhoCanArgs),
    /// Say what a check finds, why it matters, how to fix it, and what it cannot see
    Explain(ExplainArgs),
    /// Say what changed between two snapshots or reports
    Diff(DiffArgs),
    /// Print the least-privilege role of the scanner
    Role(RoleArgs),
    /// Print the JSON Schema of a document
    Schema(SchemaArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
}

/// `scan`
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct ScanArgs {
    /// The role to assume in each account
    #[arg(long, env = "KEYREACH_ROLE_NAME", value_name = "NAME")]
    pub role_name: Option<String>,
    /// What that role's trust policy asks for (sts:ExternalId)
    #[arg(long, env = "KEYREACH_EXTERNAL_ID", value_name = "ID", hide_env_values = true)]
    pub external_id: Option<String>,
    /// Only these accounts, with commas between them
    #[arg(long, env = "KEYREACH_ACCOUNTS", value_name = "A,B")]
    pub accounts: Option<String>,
    /// Not these accounts
    #[arg(long, env = "KEYREACH_EXCLUDE_ACCOUNTS", value_name = "A,B")]
    pub exclude_accounts: Option<String>,
    /// `auto`: the Regions that are on in each account; or these, with commas between them
    #[arg(long, env = "KEYREACH_REGIONS", value_name = "auto|R1,R2")]
    pub regions: Option<String>,
    /// The role through which Organizations is read, in the management or a delegated administrator account
    #[arg(long, env = "KEYREACH_ORGANIZATION_ROLE", value_name = "ARN")]
    pub organization_role: Option<String>,
    /// Ask when each key was last used: five keys a second in each account and Region at most
    #[arg(long, env = "KEYREACH_LAST_USAGE", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = BoolishValueParser::new(), value_name = "BOOL")]
    pub last_usage: Option<bool>,
    /// What to write, and when to complain.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// `analyze`
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct AnalyzeArgs {
    /// The snapshot.json of an earlier scan. `-`: standard input
    pub snapshot: PathBuf,
    /// What to write, and when to complain.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// What to write, and when to complain.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// A settings file; config/keyreach.toml shows every setting
    #[arg(long, env = "KEYREACH_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder that receives snapshot.json and the reports [default: keyreach-out; demo: keyreach-demo]
    #[arg(long, env = "KEYREACH_OUT", value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The formats, with commas between them: html, json, ndjson, csv, ocsf, sarif,
    /// metrics, asff, markdown [default: html,json]
    #[arg(long, env = "KEYREACH_FORMAT", value_name = "FORMATS")]
    pub format: Option<String>,
    /// Exit 3 on a finding this severe: critical, high, medium, low, none [default: none]
    #[arg(long, env = "KEYREACH_FAIL_ON", value_name = "SEVERITY")]
    pub fail_on: Option<String>,
    /// Do not exit 4 when something could not be read
    #[arg(long, env = "KEYREACH_ALLOW_GAPS", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = BoolishValueParser::new(), value_name = "BOOL")]
    pub allow_gaps: Option<bool>,
    /// Say nothing but errors
    #[arg(long, short, env = "KEYREACH_QUIET", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = BoolishValueParser::new(), value_name = "BOOL")]
    pub quiet: Option<bool>,
    /// Replace also a snapshot in --out that read more, is later, or is of another organization; without
    /// this it stays, and what is new goes to a folder of its own in --out
    #[arg(long, env = "KEYREACH_REPLACE", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = BoolishValueParser::new(), value_name = "BOOL")]
    pub replace: Option<bool>,
}

/// `simulate`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("cases").required(true).args(["batch", "case"]))]
#[group(skip)]
pub struct SimulateArgs {
    /// Cases, one JSON object a line; writes one answer a line in the same order. `-`: standard input
    #[arg(long, value_name = "FILE.jsonl")]
    pub batch: Option<PathBuf>,
    /// One case; says what every statement said. `-`: standard input
    #[arg(long, value_name = "FILE.json")]
    pub case: Option<PathBuf>,
    /// Answer the one case for programs
    #[arg(long, requires = "case")]
    pub json: bool,
}

/// `check`
#[derive(Debug, Args)]
#[command(after_help = CHECK)]
pub struct CheckArgs {
    /// Key policies as JSON documents. `-`: standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The account of the key; without it, the one that the policy lets govern the key
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<AccountId>,
    /// Its organization; without it, a policy with a condition on an organization is not known to be closed
    #[arg(long, value_name = "ID", value_parser = organization)]
    pub organization: Option<OrganizationId>,
    /// Exit 3 on a finding this severe, and show none that is milder: critical, high, medium, low, none (shows all).
    /// An error, or a statement without effect, is always shown and exits 3
    #[arg(long, value_name = "SEVERITY", default_value = "high", value_parser = severity)]
    pub fail_on: FailOn,
    /// For whom
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// A settings file, for the parties that are trusted
    #[arg(long, env = "KEYREACH_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

const CHECK: &str = "\
Examples:
  keyreach check key-policy.json --account 111122223333
  aws kms get-key-policy --key-id alias/orders | keyreach check - --fail-on medium";

/// The forms of what `check` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For a terminal.
    Text,
    /// For programs.
    Json,
}

fn account(text: &str) -> Result<AccountId, String> {
    text.parse().map_err(|error: AccountIdError| error.to_string())
}

fn organization(text: &str) -> Result<OrganizationId, String> {
    text.parse().map_err(|error: OrganizationIdError| error.to_string())
}

fn severity(text: &str) -> Result<FailOn, String> {
    let known = FailOn::ALL.map(FailOn::as_str).join(", ");
    FailOn::ALL.into_iter().find(|one| one.as_str() == text).ok_or_else(|| format!("there is {known}"))
}

/// `who-can`
#[derive(Debug, Args)]
#[command(after_help = WHO_CAN)]
pub struct WhoCanArgs {
    /// A permission on keys, as `kms:Decrypt` or `Decrypt`
    #[arg(value_parser = action_on_key)]
    pub action: Action,
    /// The key: its ARN, its id, or an alias
    #[arg(required_unless_present = "from")]
    pub key: Option<String>,
    /// Say instead with which keys of other accounts this account can do it
    #[arg(long, value_name = "ID", value_parser = account,
          conflicts_with_all = ["key", "account", "region", "deny_reason"])]
    pub from: Option<AccountId>,
    /// The snapshot.json of a scan
    #[arg(long, value_name = "FILE", default_value = "keyreach-out/snapshot.json")]
    pub snapshot: PathBuf,
    /// Of several keys of that name, the one in this account
    #[arg(long, value_name = "ID", value_parser = account)]
    pub account: Option<AccountId>,
    /// Of several keys of that name, the one in this Region
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Say instead why this principal cannot, if it cannot
    #[arg(long, value_name = "ARN", value_parser = principal)]
    pub deny_reason: Option<String>,
    /// A settings file, for the parties that are trusted
    #[arg(long, env = "KEYREACH_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Answer for programs
    #[arg(long)]
    pub json: bool,
}

const WHO_CAN: &str = "\
Each principal is shown with the statement or grant that lets it in, the identity policy that \
allows, and the conditions that a request must meet. A role stands for some session of it \
without a session policy. Where nobody can, what stands in the way of the root user and of \
administrators is shown, and for kms:PutKeyPolicy who can repair the key.

Examples:
  keyreach who-can kms:Decrypt alias/orders --account 111122223333
  keyreach who-can kms:Decrypt --from 999999999999
  keyreach who-can PutKeyPolicy 1234abcd-12ab-34cd-56ef-1234567890ab --snapshot snapshot.json \\
      --deny-reason arn:aws:iam::111122223333:role/admin";

/// A permission that is asked for a key, with or without its prefix.
fn action_on_key(text: &str) -> Result<Action, String> {
    let name = if text.contains(':') { text.to_owned() } else { format!("kms:{text}") };
    let on_key = || Action::all().filter(|action| action.is_on_key());
    if let Some(action) = on_key().find(|action| action.name().eq_ignore_ascii_case(&name)) {
        return Ok(action);
    }
    if let Ok(action) = name.parse::<Action>() {
        return Err(format!("{action} is not asked for a key"));
    }
    let near = actions_near(&name);
    let hint = if near.is_empty() { String::new() } else { format!("; there is {}", near.join(", ")) };
    Err(format!("no KMS permission is called so{hint}"))
}

/// The permissions that somebody who wrote another name may have meant: those that begin so, else those like it.
fn actions_near(name: &str) -> Vec<&'static str> {
    const LEAST: f64 = 0.8;
    let lower = name.to_ascii_lowercase();
    if lower.ends_with(':') {
        return Vec::new();
    }
    let all = || Action::all().filter(|action| action.is_on_key()).map(Action::name);
    let begin: Vec<&str> = all().filter(|known| known.to_ascii_lowercase().starts_with(&lower)).collect();
    if !begin.is_empty() {
        return begin;
    }
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&known.to_ascii_lowercase(), &lower);
    all().filter(|known| likeness(known) >= LEAST).collect()
}

/// The ARN of somebody who can ask.
fn principal(text: &str) -> Result<String, String> {
    match Caller::parse(text, None) {
        Ok(_) if text.starts_with("arn:") => Ok(text.to_owned()),
        _ => {
            Err("the ARN of a user, a role, a role session or an account's root user is expected".to_owned())
        }
    }
}

/// `explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The id of a check, as findings show it
    #[arg(required_unless_present_any = ["all", "markdown"], conflicts_with_all = ["all", "markdown"],
          value_name = "CHECK-ID")]
    pub check: Option<String>,
    /// Every check
    #[arg(long)]
    pub all: bool,
    /// Every check, as one Markdown document
    #[arg(long)]
    pub markdown: bool,
}

/// `diff`
#[derive(Debug, Args)]
#[command(after_help = DIFF)]
pub struct DiffArgs {
    /// The snapshot.json or report.json to compare with
    pub old: PathBuf,
    /// The snapshot.json or report.json that is asked about
    pub new: PathBuf,
    /// A settings file; snapshots are judged with it, reports stay as they were judged
    #[arg(long, env = "KEYREACH_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// For whom
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,
    /// When to exit 3, with commas between several
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [DiffFailOn::None])]
    pub fail_on: Vec<DiffFailOn>,
}

const DIFF: &str = "\
A cell that NEW could not list closes nothing: its keys were not seen, and are not gone. What one \
side did not read is no change.

Signs: + new, - gone, > allows more, < allows less, ~ is another.

Examples:
  keyreach diff monday/snapshot.json keyreach-out/snapshot.json
  keyreach diff monday/report.json keyreach-out/report.json --fail-on widened --format markdown
  keyreach diff monday/report.json keyreach-out/report.json --fail-on widened,unread";

/// The forms of a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For a terminal.
    Text,
    /// For programs.
    Json,
    /// For a pull request or a job summary.
    Markdown,
}

/// When a diff complains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFailOn {
    /// Somebody outside an account can do more with one of its keys than OLD knew; where nothing widened and NEW could
    /// not read what OLD read, exit 4. That a condition of a way in asks for something else is shown, and not weighed.
    Widened,
    /// NEW could not read what OLD read.
    Unread,
    /// Never.
    None,
}

/// `role`
#[derive(Debug, Args)]
pub struct RoleArgs {
    /// `json`: the IAM policy alone; the others: the role with its trust policy, to be deployed
    #[arg(long, value_enum, default_value_t = RoleFormat::Json)]
    pub format: RoleFormat,
}

/// The forms of the scanner's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleFormat {
    /// The IAM policy alone.
    Json,
    /// For a service-managed StackSet, and as a stack in the management account.
    Cloudformation,
    /// The same for Terraform.
    Terraform,
}

/// `schema`
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Whose schema
    #[arg(value_enum)]
    pub document: Document,
}

/// The documents that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Document {
    /// report.json
    Report,
    /// snapshot.json
    Snapshot,
    /// What `diff --format json` prints.
    Diff,
    /// The settings file, as JSON.
    Config,
}

/// `completions`
#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS)]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub shell: Shell,
}

const COMPLETIONS: &str = "\
Examples:
  keyreach completions bash > ~/.local/share/bash-completion/completions/keyreach
  keyreach completions zsh > \"${fpath[1]}/_keyreach\"
  keyreach completions fish > ~/.config/fish/completions/keyreach.fish";

/// `man`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  keyreach man scan | man -l -")]
pub struct ManArgs {
    /// The page of one verb
    pub verb: Option<String>,
}

impl ScanArgs {
    /// The flags as settings, and the file that stands under them.
    #[must_use]
    pub fn into_settings(self) -> (RawSettings, Option<PathBuf>) {
        let (raw, config) = self.report.into_settings();
        let scan = RawScan {
            role_name: self.role_name,
            external_id: self.external_id,
            accounts: self.accounts.map(Words::Text),
            exclude_accounts: self.exclude_accounts.map(Words::Text),
            regions: self.regions.map(Words::Text),
            organization_role: self.organization_role,
            last_usage: self.last_usage,
        };
        (RawSettings { scan, ..raw }, config)
    }
}

impl ReportArgs {
    /// The flags as settings, and the file that stands under them.
    #[must_use]
    pub fn into_settings(self) -> (RawSettings, Option<PathBuf>) {
        let report = RawReport {
            out: self.out,
            format: self.format.map(Words::Text),
            fail_on: self.fail_on,
            allow_gaps: self.allow_gaps,
            quiet: self.quiet,
            replace: self.replace,
        };
        (RawSettings { report, ..RawSettings::default() }, self.config)
    }
}
