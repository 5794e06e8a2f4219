#![doc = include_str!("../README.md")]

pub mod aws;
pub mod check;
pub mod condition_key;
pub mod json;
pub mod operator;
pub mod principal;
pub mod simulate;
pub mod syntax;

mod action_pattern;
mod arn_pattern;
mod authorize;
mod caller;
mod condition;
mod context;
mod decide;
mod grant;
mod moment;
mod parse;
mod pattern;
mod policy;
mod print;
mod reading;
mod request;
mod resource;
mod trace;

pub use authorize::{Authorization, Decision, Policies, authorize, authorize_under};
pub use caller::{Caller, CallerError, Kind, Via};
pub use condition::Unmet;
pub use context::{Context, ContextError, Held};
pub use decide::{Layer, NotConcerned, Source};
pub use grant::{Constraints, Grant, GrantMismatch};
pub use parse::{ParseError, Position};
pub use pattern::Wildcard;
pub use policy::{Mismatch, Policy};
pub use reading::{Readings, ResourceStar, Rule, RuleSet};
pub use request::{KeyError, Organization, Request};
pub use trace::{Outcome, Step, trace};
