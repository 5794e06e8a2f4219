//! From when on a thing is worth a finding.

use super::{ConfigError, raw, value};

/// Days from which on a thing is worth a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// A role that nobody used for so long counts as idle.
    pub unused_role_days: u32,
    /// Imported key material that expires within so long counts as expiring.
    pub expiring_material_days: u32,
    /// A key that was used within so long counts as in use.
    pub recent_use_days: u32,
    /// A key that was not used for so long counts as unused.
    pub unused_key_days: u32,
    /// A disabled key without a sign of life for so long counts as forgotten.
    pub disabled_key_days: u32,
    /// A rotation period longer than this counts as long.
    pub rotation_period_days: u32,
    /// Imported material that is older than this should be rotated.
    pub on_demand_rotation_days: u32,
    /// A grant older than this counts as old.
    pub old_grant_days: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            unused_role_days: 90,
            expiring_material_days: 30,
            recent_use_days: 90,
            unused_key_days: 180,
            disabled_key_days: 90,
            rotation_period_days: 365,
            on_demand_rotation_days: 365,
            old_grant_days: 365,
        }
    }
}

impl Thresholds {
    pub(super) fn validate(raw: &raw::RawThresholds) -> Result<Self, ConfigError> {
        let mut all = Self::default();
        let written = [
            ("thresholds.unused_role_days", raw.unused_role_days, &mut all.unused_role_days),
            (
                "thresholds.expiring_material_days",
                raw.expiring_material_days,
                &mut all.expiring_material_days,
            ),
            ("thresholds.recent_use_days", raw.recent_use_days, &mut all.recent_use_days),
            ("thresholds.unused_key_days", raw.unused_key_days, &mut all.unused_key_days),
            ("thresholds.disabled_key_days", raw.disabled_key_days, &mut all.disabled_key_days),
            ("thresholds.rotation_period_days", raw.rotation_period_days, &mut all.rotation_period_days),
            (
                "thresholds.on_demand_rotation_days",
                raw.on_demand_rotation_days,
                &mut all.on_demand_rotation_days,
            ),
            ("thresholds.old_grant_days", raw.old_grant_days, &mut all.old_grant_days),
        ];
        for (setting, written, days) in written {
            *days = match written {
                None => *days,
                Some(days @ 1..=3650) => days,
                Some(days) => return Err(value(setting, days, "is not between 1 and 3650 days")),
            };
        }
        Ok(all)
    }
}
