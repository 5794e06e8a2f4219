//! IAM entities as the XML that `GetAccountAuthorizationDetails` sends, written once for each account.
//! Documents are URL-encoded as RFC 3986 says, as IAM does.

mod documents;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub(crate) use documents::trust;

use documents::aws_document;

use super::fill::{Fill, Texts};
use super::filled;
use crate::ScenarioError;
use crate::answer::tag;
use crate::clock::{self, DAY};
use crate::scenario::{Group, Iam, ManagedPolicy, Role, User};
use crate::seed;

/// What RFC 3986 leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The sorts of entity, as the `Filter` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    User,
    Group,
    Role,
    LocalManagedPolicy,
    AwsManagedPolicy,
}

/// Encodes a policy document.
pub(crate) fn encode(document: &str) -> String {
    utf8_percent_encode(document, UNRESERVED).to_string()
}

/// A path, which is `/` when empty.
pub(super) fn path(written: &str) -> &str {
    if written.is_empty() { "/" } else { written }
}

/// The unique id of an entity.
pub(super) fn unique_id(seed: u64, prefix: &str, account: &str, name: &str, written: Option<&str>) -> String {
    written.map_or_else(|| drawn_id(seed, prefix, account, name), str::to_owned)
}

/// The unique id of an entity, drawn.
pub(crate) fn drawn_id(seed: u64, prefix: &str, account: &str, name: &str) -> String {
    format!("{prefix}{}", seed::upper(seed::hash(seed, &[prefix, account, name]), 17))
}

/// What every entity of an account is written with.
struct Writer<'a> {
    texts: &'a Texts,
    fill: Fill,
    account: &'a str,
    iam: &'a Iam,
    base: i64,
    /// AWS managed policies met so far.
    aws_managed: BTreeSet<String>,
}

/// All entities of an account, in the order IAM lists them.
pub(super) fn entities(
    texts: &Texts,
    account: &str,
    iam: &Iam,
    base: i64,
) -> Result<Vec<(Kind, String)>, ScenarioError> {
    let fill = texts.fill.with(&[("account", account)]);
    let mut writer = Writer { texts, fill, account, iam, base, aws_managed: BTreeSet::new() };
    let mut out = Vec::new();
    for user in &iam.users {
        out.push((Kind::User, writer.user(user)?));
    }
    for group in &iam.groups {
        out.push((Kind::Group, writer.group(group)?));
    }
    for role in &iam.roles {
        out.push((Kind::Role, writer.role(role)?));
    }
    for policy in &iam.policies {
        out.push((Kind::LocalManagedPolicy, writer.policy(policy)?));
    }
    for name in std::mem::take(&mut writer.aws_managed) {
        out.push((Kind::AwsManagedPolicy, writer.aws_policy(&name)));
    }
    Ok(out)
}

impl Writer<'_> {
    fn arn(&self, kind: &str, path_of: &str, name: &str) -> String {
        format!("arn:{}:iam::{}:{kind}{}{name}", self.texts.partition, self.account, path(path_of))
    }

    fn id(&self, prefix: &str, name: &str, written: Option<&str>) -> String {
        unique_id(self.texts.seed, prefix, self.account, name, written)
    }

    fn date(&self, days_ago: i64) -> String {
        clock::iso(self.base - days_ago * DAY)
    }

    /// Days ago that something was made, drawn where it is not written.
    fn age(&self, written: i64, name: &str) -> i64 {
        if written != 0 {
            return written;
        }
        let drawn = seed::hash(self.texts.seed, &["age", self.account, name]) % 600;
        300 + i64::try_from(drawn).unwrap_or(0)
    }

    fn document(&self, named: &str) -> Result<String, ScenarioError> {
        Ok(encode(&self.fill.text(self.texts.policy(named)?)))
    }

    fn user(&mut self, user: &User) -> Result<String, ScenarioError> {
        let mut xml = String::from("<member>");
        xml += &tag("Path", path(&user.path));
        xml += &tag("UserName", &user.name);
        xml += &tag("UserId", &self.id("AIDA", &user.name, user.id.as_deref()));
        xml += &tag("Arn", &self.arn("user", &user.path, &user.name));
        xml += &tag("CreateDate", &self.date(self.age(user.age_days, &user.name)));
        xml += &self.inline("UserPolicyList", &user.inline)?;
        let groups: String = user.groups.iter().map(|group| tag("member", group)).collect();
        let _ = write!(xml, "<GroupList>{groups}</GroupList>");
        xml += &self.attached(&user.attached);
        xml += &self.boundary(user.boundary.as_deref());
        xml += &self.tags(&user.tags);
        Ok(xml + "</member>")
    }

    fn group(&mut self, group: &Group) -> Result<String, ScenarioError> {
        let mut xml = String::from("<member>");
        xml += &tag("Path", path(&group.path));
        xml += &tag("GroupName", &group.name);
        xml += &tag("GroupId", &self.id("AGPA", &group.name, None));
        xml += &tag("Arn", &self.arn("group", &group.path, &group.name));
        xml += &tag("CreateDate", &self.date(self.age(0, &group.name)));
        xml += &self.inline("GroupPolicyList", &group.inline)?;
        xml += &self.attached(&group.attached);
        Ok(xml + "</member>")
    }

    fn role(&mut self, role: &Role) -> Result<String, ScenarioError> {
        let trust = trust(&self.texts.partition, self.account, &self.fill.text(&role.trust));
        let mut xml = String::from("<member>");
        xml += &tag("Path", path(&role.path));
        xml += &tag("RoleName", &role.name);
        xml += &tag("RoleId", &self.id("AROA", &role.name, role.id.as_deref()));
        xml += &tag("Arn", &self.arn("role", &role.path, &role.name));
        xml += &tag("CreateDate", &self.date(self.age(role.age_days, &role.name)));
        xml += &tag("AssumeRolePolicyDocument", &encode(&trust));
        xml += "<InstanceProfileList/>";
        xml += &self.inline("RolePolicyList", &role.inline)?;
        xml += &self.attached(&role.attached);
        xml += &self.boundary(role.boundary.as_deref());
        xml += &self.tags(&role.tags);
        xml += &match role.last_used_days {
            None => "<RoleLastUsed/>".to_owned(),
            Some(days) => format!(
                "<RoleLastUsed>{}{}</RoleLastUsed>",
                tag("LastUsedDate", &self.date(days)),
                tag("Region", "us-east-1")
            ),
        };
        Ok(xml + "</member>")
    }

    fn policy(&self, policy: &ManagedPolicy) -> Result<String, ScenarioError> {
        let mut versions = Vec::new();
        for earlier in &policy.earlier {
            versions.push(self.document(earlier)?);
        }
        versions.push(self.document(&policy.policy)?);
        let arn = self.arn("policy", &policy.path, &policy.name);
        let id = self.id("ANPA", &policy.name, None);
        let name =
            Named { name: &policy.name, id, arn, path: path(&policy.path), about: &policy.description };
        Ok(self.versions(&name, &versions))
    }

    fn aws_policy(&self, named: &str) -> String {
        let document = self.texts.known(&format!("aws:{named}")).unwrap_or_else(|| aws_document(named));
        let (folder, name) = named.rsplit_once('/').unwrap_or(("", named));
        let path = if folder.is_empty() { "/".to_owned() } else { format!("/{folder}/") };
        let id = unique_id(0, "ANPA", "aws", name, None);
        let arn = format!("arn:{}:iam::aws:policy/{named}", self.texts.partition);
        let named = Named { name, id, arn, path: &path, about: "" };
        self.versions(&named, &[encode(&self.fill.text(document))])
    }

    fn versions(&self, policy: &Named<'_>, documents: &[String]) -> String {
        let newest = format!("v{}", documents.len());
        let made = self.date(self.age(0, policy.name));
        let mut list = String::new();
        for (number, document) in documents.iter().enumerate().rev() {
            let version = format!("v{}", number + 1);
            let _ = write!(
                list,
                "<member>{}{}<IsDefaultVersion>{}</IsDefaultVersion>{}</member>",
                tag("Document", document),
                tag("VersionId", &version),
                version == newest,
                tag("CreateDate", &made)
            );
        }
        let about = if policy.about.is_empty() { String::new() } else { tag("Description", policy.about) };
        format!(
            "<member>{}{}{}{}{}<AttachmentCount>1</AttachmentCount><PermissionsBoundaryUsageCount>0\
             </PermissionsBoundaryUsageCount><IsAttachable>true</IsAttachable>{about}{}{}\
             <PolicyVersionList>{list}</PolicyVersionList></member>",
            tag("PolicyName", policy.name),
            tag("PolicyId", &policy.id),
            tag("Arn", &policy.arn),
            tag("Path", policy.path),
            tag("DefaultVersionId", &newest),
            tag("CreateDate", &made),
            tag("UpdateDate", &made)
        )
    }

    fn inline(&self, list: &str, policies: &BTreeMap<String, String>) -> Result<String, ScenarioError> {
        let mut xml = format!("<{list}>");
        for (name, named) in policies {
            let document = tag("PolicyDocument", &self.document(named)?);
            let _ = write!(xml, "<member>{}{document}</member>", tag("PolicyName", name));
        }
        let _ = write!(xml, "</{list}>");
        Ok(xml)
    }

    /// The ARN of a managed policy, and its name.
    fn managed(&mut self, named: &str) -> (String, String) {
        let last = named.rsplit_once('/').map_or(named, |(_, last)| last).to_owned();
        if named.starts_with("arn:") {
            return (self.fill.text(named), last);
        }
        if let Some(own) = self.iam.policies.iter().find(|policy| policy.name == named) {
            return (self.arn("policy", &own.path, &own.name), last);
        }
        self.aws_managed.insert(named.to_owned());
        (format!("arn:{}:iam::aws:policy/{named}", self.texts.partition), last)
    }

    fn attached(&mut self, policies: &[String]) -> String {
        let mut xml = String::from("<AttachedManagedPolicies>");
        for named in policies {
            let (arn, name) = self.managed(named);
            let _ = write!(xml, "<member>{}{}</member>", tag("PolicyName", &name), tag("PolicyArn", &arn));
        }
        xml + "</AttachedManagedPolicies>"
    }

    fn boundary(&mut self, named: Option<&str>) -> String {
        let Some(named) = named else {
            return String::new();
        };
        let (arn, _) = self.managed(named);
        format!(
            "<PermissionsBoundary>{}{}</PermissionsBoundary>",
            tag("PermissionsBoundaryType", "Policy"),
            tag("PermissionsBoundaryArn", &arn)
        )
    }

    fn tags(&self, tags: &BTreeMap<String, String>) -> String {
        let tags: String = filled(tags, |text| self.fill.text(text))
            .iter()
            .map(|(key, value)| format!("<member>{}{}</member>", tag("Key", key), tag("Value", value)))
            .collect();
        format!("<Tags>{tags}</Tags>")
    }
}

/// A managed policy's names.
struct Named<'a> {
    name: &'a str,
    id: String,
    arn: String,
    path: &'a str,
    about: &'a str,
}
