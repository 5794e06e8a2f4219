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
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { unused_role_days: 90, expiring_material_days: 30, recent_use_days: 90 }
    }
}

impl Thresholds {
    pub(super) fn validate(raw: &raw::RawThresholds) -> Result<Self, ConfigError> {
        let days = |setting, written: Option<u32>, default| match written.unwrap_or(default) {
            days @ 1..=3650 => Ok(days),
            days => Err(value(setting, days, "is not between 1 and 3650 days")),
        };
        let defaults = Self::default();
        Ok(Self {
            unused_role_days: days(
                "thresholds.unused_role_days",
                raw.unused_role_days,
                defaults.unused_role_days,
            )?,
            expiring_material_days: days(
                "thresholds.expiring_material_days",
                raw.expiring_material_days,
                defaults.expiring_material_days,
            )?,
            recent_use_days: days(
                "thresholds.recent_use_days",
                raw.recent_use_days,
                defaults.recent_use_days,
            )?,
        })
    }
}
