//! Who outside a key's account can reach the key, decided symbolically: callers as a finite number of cases, the
//! rest of a request as sets of values, Deny statements subtracted (semantics, 5). It shares the syntax tree with
//! the policy engine and none of its matching, and replays every request it finds through that engine.

mod answer;
mod axis;
mod bearer;
mod caller;
mod condition;
mod confirm;
mod date;
mod dossier;
mod exposure;
mod gate;
mod glob;
mod glob_pair;
mod glob_space;
mod grant;
mod hold;
mod known;
mod library;
mod meter;
mod opening;
mod outsiders;
mod plain;
mod population;
mod pred;
mod principal;
mod reading;
mod refusal;
mod relation;
mod resident;
mod run;
mod search;
mod service;
mod shape;
mod signature;
mod stand_in;
mod statement;
mod way_in;
mod witness;
mod words;
mod world;
mod zone;

pub use answer::{Answer, Holding, IdentitySource, Verdict};
pub use bearer::Bearers;
pub use confirm::Confirmation;
pub use dossier::Dossier;
pub use exposure::{Judged, exposure};
pub use gate::{Gate, GateUnread};
pub use library::{Level, Levels, Library};
pub use population::{Household, Population};
pub use refusal::{Obstacle, PolicyPlace};
pub use resident::{Resident, ResidentKind};
pub use signature::{Asks, Signature};
pub use statement::Reviewed;
pub use world::Facts;
pub use zone::{OwnOrganization, Perimeter};
