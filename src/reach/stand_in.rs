//! Principals as they might be: one whose own IAM allows everything, one whom no guardrail binds, one that was not
//! read. With them it is asked what stands in somebody's way.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    known::Known,
    library::Library,
    population::Household,
    resident::{Acquaintance, Limits, Paper, Resident, ResidentKind, Rules},
};

impl<'l> Resident<'l> {
    /// The same with an identity policy that allows everything; its boundary and the guardrails stay.
    #[must_use]
    pub fn empowered(&self, library: &'l Library<'l>) -> Self {
        let all = library.allow_all();
        let papers = all.map(|policy| Paper { name: "", group: None, policy }).into_iter().collect();
        Self { papers, unread: false, identity: Rules::of(all.into_iter()), ..self.clone() }
    }

    /// The same without its boundary.
    #[must_use]
    pub fn unbounded(&self) -> Self {
        let known = Known { bounded: false, ..Known::clone(&self.known) };
        Self { boundary: None, known: Arc::new(known), ..self.clone() }
    }

    /// The same without service control policies.
    #[must_use]
    pub fn unlimited(&self) -> Self {
        Self { limits: Arc::new(Limits::default()), ..self.clone() }
    }
}

impl<'l> Household<'l> {
    /// A user or role of the account that does not exist, without tags, whose own IAM allows everything; `None`
    /// where the account has no root user to stand beside.
    #[must_use]
    pub fn stand_in(&self, kind: ResidentKind, arn: &str, library: &'l Library<'l>) -> Option<Resident<'l>> {
        let root = self.residents.first()?;
        let known =
            Known { arn: arn.to_owned(), id: "unread".to_owned(), tags: BTreeMap::new(), bounded: false };
        let linked = known.is_service_linked();
        let stranger = Resident { kind, known: Arc::new(known), linked, ..root.clone() };
        Some(stranger.empowered(library))
    }

    /// As `stand_in`, but one who may exist and was not read: its tags and its id are open.
    #[must_use]
    pub fn unread(&self, kind: ResidentKind, arn: &str, library: &'l Library<'l>) -> Option<Resident<'l>> {
        let stranger = self.stand_in(kind, arn, library)?;
        Some(Resident { acquaintance: Acquaintance::Name, ..stranger })
    }

    /// As `unread`, under a name that no policy holds; `arn` stands for it.
    #[must_use]
    pub fn unnamed(&self, kind: ResidentKind, arn: &str, library: &'l Library<'l>) -> Option<Resident<'l>> {
        let stranger = self.stand_in(kind, arn, library)?;
        Some(Resident { acquaintance: Acquaintance::Account, ..stranger })
    }
}
