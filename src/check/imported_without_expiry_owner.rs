//! Imported material that never expires, and nobody to ask for it.

use super::{Check, Found, Meta, Missing, Need, Scene, Topic, lack::because, ways};
use crate::{assess::finding::Severity, snapshot::gap::Fact};

/// `imported-without-expiry-owner`
#[derive(Debug)]
pub(super) struct ImportedWithoutExpiryOwner;

const META: Meta = Meta {
    id: "imported-without-expiry-owner",
    title: "Imported key material never expires, and no tag names its owner",
    finds: "Keys with imported material that does not expire and without a tag of owner_tags (contact, owner, team by \
            default) that has a value.",
    matters: "Somebody outside of AWS keeps a copy of that material, and must: if it is deleted here, nobody else can \
              bring it back. When nobody knows who, the key is one deletion away from being lost, and its copy from being \
              forgotten.",
    fix: "Find who made the material, and name them in a tag.",
    blind: "Owners named elsewhere: in an inventory, in the description.",
    topic: Topic::Availability,
    needs: &[Need::Metadata],
    severity: Severity::Low,
};

impl Check for ImportedWithoutExpiryOwner {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn look(&self, scene: &Scene<'_>) -> Vec<Found> {
        let lasts = scene.metadata().is_some_and(|metadata| {
            metadata.origin == "EXTERNAL"
                && metadata.expiration_model.as_deref() == Some("KEY_MATERIAL_DOES_NOT_EXPIRE")
        });
        let tags = match &scene.key.tags {
            _ if !lasts => return Vec::new(),
            Fact::Unknown(gap) => {
                return vec![Found::open(Missing::Tags, because("the tags of the key", gap))];
            }
            Fact::Known(tags) => tags,
        };
        let wanted = &scene.settings.expected.owner_tags;
        let names_owner = |(key, value): (&String, &String)| {
            wanted.iter().any(|tag| tag.eq_ignore_ascii_case(key)) && !value.trim().is_empty()
        };
        if tags.iter().any(names_owner) {
            return Vec::new();
        }
        let looked_for = ways::listed(wanted.iter().cloned().collect(), 6);
        let detail =
            format!("The key's imported material never expires, and none of the tags {looked_for} is set.");
        vec![Found::fail(META.severity, "", detail).with("tags", tags)]
    }
}
