//! Which operations a KMS key can do: its key spec, key usage and origin rule some out, whatever its policies say.
//! Source: AWS KMS Developer Guide, "Key type reference", both tables; API reference of ImportKeyMaterial,
//! EnableKeyRotation and RotateKeyOnDemand for what an origin rules out.

use std::sync::LazyLock;

use super::{Action, Actions};

/// What decides which operations a key can do, in the words of DescribeKey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyType<'a> {
    /// `SYMMETRIC_DEFAULT`, `RSA_4096`, …
    pub spec: &'a str,
    /// `ENCRYPT_DECRYPT`, `SIGN_VERIFY`, …
    pub usage: &'a str,
    /// `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, `EXTERNAL_KEY_STORE`.
    pub origin: &'a str,
}

/// A key usage with the cryptographic operations that it allows.
struct Usage {
    name: &'static str,
    is_symmetric_encryption: bool,
    operations: &'static [&'static str],
}

const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";

/// The rows of the key type table. A usage that is not here is newer than the table, and rules nothing out.
const USAGES: [Usage; 6] = [
    Usage {
        name: "ENCRYPT_DECRYPT",
        is_symmetric_encryption: true,
        operations: &[
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyPair",
            "kms:GenerateDataKeyPairWithoutPlaintext",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
    },
    Usage {
        name: "ENCRYPT_DECRYPT",
        is_symmetric_encryption: false,
        operations: &[
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:GetPublicKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
    },
    Usage {
        name: "SIGN_VERIFY",
        is_symmetric_encryption: false,
        operations: &["kms:GetPublicKey", "kms:Sign", "kms:Verify"],
    },
    Usage {
        name: "GENERATE_VERIFY_MAC",
        is_symmetric_encryption: false,
        operations: &["kms:GenerateMac", "kms:VerifyMac"],
    },
    Usage {
        name: "KEY_AGREEMENT",
        is_symmetric_encryption: false,
        operations: &["kms:DeriveSharedSecret", "kms:GetPublicKey"],
    },
    Usage {
        name: "ENCAPSULATE_DECAPSULATE",
        is_symmetric_encryption: false,
        operations: &["kms:Decapsulate", "kms:Encapsulate", "kms:GetPublicKey"],
    },
];

/// Not valid on keys in custom key stores.
const NOT_IN_STORES: [&str; 2] = ["kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext"];
/// Only for keys whose material is imported.
const OF_IMPORTED: [&str; 3] =
    ["kms:DeleteImportedKeyMaterial", "kms:GetParametersForImport", "kms:ImportKeyMaterial"];
/// Only for symmetric encryption keys whose material KMS made.
const AUTOMATIC_ROTATION: [&str; 2] = ["kms:DisableKeyRotation", "kms:EnableKeyRotation"];
/// Only for symmetric encryption keys outside custom key stores.
const ROTATION_ON_DEMAND: [&str; 1] = ["kms:RotateKeyOnDemand"];

/// The tables as sets, made once.
struct RuledOut {
    /// By each row of `USAGES`: the cryptographic operations, and GetPublicKey, of the other rows.
    by_usage: [Actions; USAGES.len()],
    in_stores: Actions,
    unless_imported: Actions,
    unless_made_by_kms: Actions,
    unless_rotated_on_demand: Actions,
}

static RULED_OUT: LazyLock<RuledOut> = LazyLock::new(|| {
    let all = USAGES.iter().fold(Actions::none(), |all, usage| all.union(named(usage.operations)));
    RuledOut {
        by_usage: USAGES.each_ref().map(|usage| all.intersection(named(usage.operations).complement())),
        in_stores: named(&NOT_IN_STORES),
        unless_imported: named(&OF_IMPORTED),
        unless_made_by_kms: named(&AUTOMATIC_ROTATION),
        unless_rotated_on_demand: named(&ROTATION_ON_DEMAND),
    }
});

impl KeyType<'_> {
    /// The operations that the key can do. What the table does not know rules nothing out.
    #[must_use]
    pub fn operations(self) -> Actions {
        let is_symmetric = self.spec == SYMMETRIC;
        let is_store = matches!(self.origin, "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE");
        let is_known = is_store || matches!(self.origin, "AWS_KMS" | "EXTERNAL");
        let rules = [
            (is_store, RULED_OUT.in_stores),
            (is_known && self.origin != "EXTERNAL", RULED_OUT.unless_imported),
            (!is_symmetric || is_known && self.origin != "AWS_KMS", RULED_OUT.unless_made_by_kms),
            (!is_symmetric || is_store, RULED_OUT.unless_rotated_on_demand),
        ];
        let by_origin = rules.into_iter().filter(|(applies, _)| *applies).map(|(_, actions)| actions);
        by_origin.fold(self.ruled_out_by_usage(), Actions::union).complement()
    }

    fn ruled_out_by_usage(self) -> Actions {
        let is_symmetric = self.spec == SYMMETRIC;
        let is_row =
            |usage: &Usage| usage.name == self.usage && usage.is_symmetric_encryption == is_symmetric;
        let mut rows = USAGES.iter().zip(RULED_OUT.by_usage);
        rows.find(|(usage, _)| is_row(usage)).map_or(Actions::none(), |(_, ruled_out)| ruled_out)
    }
}

fn named(names: &[&str]) -> Actions {
    Action::all().filter(|action| names.contains(&action.name())).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        AUTOMATIC_ROTATION, Action, Actions, KeyType, NOT_IN_STORES, OF_IMPORTED, ROTATION_ON_DEMAND, USAGES,
    };

    fn can(spec: &str, usage: &str, origin: &str) -> impl Fn(&str) -> bool {
        let operations = KeyType { spec, usage, origin }.operations();
        move |name| operations.contains(format!("kms:{name}").parse().unwrap())
    }

    #[test]
    fn every_name_is_an_action() {
        let names = USAGES.iter().flat_map(|usage| usage.operations);
        let others = [&NOT_IN_STORES[..], &OF_IMPORTED, &AUTOMATIC_ROTATION, &ROTATION_ON_DEMAND].concat();
        for name in names.chain(&others) {
            assert!(name.parse::<Action>().is_ok(), "{name}");
        }
    }

    #[test]
    fn each_type_does_its_own_operations() {
        let keys = [
            (
                "SYMMETRIC_DEFAULT",
                "ENCRYPT_DECRYPT",
                "Decrypt GenerateDataKey ReEncryptTo GenerateDataKeyPair",
            ),
            ("RSA_4096", "ENCRYPT_DECRYPT", "Decrypt Encrypt ReEncryptFrom GetPublicKey"),
            ("RSA_2048", "SIGN_VERIFY", "Sign Verify GetPublicKey"),
            ("ML_DSA_65", "SIGN_VERIFY", "Sign Verify GetPublicKey"),
            ("ECC_NIST_P256", "KEY_AGREEMENT", "DeriveSharedSecret GetPublicKey"),
            ("HMAC_256", "GENERATE_VERIFY_MAC", "GenerateMac VerifyMac"),
            ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", "Encapsulate Decapsulate GetPublicKey"),
        ];
        let crypto = "Decrypt Encrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyPair Sign Verify \
                      GenerateMac VerifyMac DeriveSharedSecret Encapsulate Decapsulate GetPublicKey";
        for (spec, usage, does) in keys {
            let can = can(spec, usage, "AWS_KMS");
            assert!(does.split(' ').all(&can), "{spec} {usage}");
            let symmetric = spec == "SYMMETRIC_DEFAULT";
            for name in crypto.split(' ').filter(|name| !does.split(' ').any(|own| own == *name)) {
                let more = symmetric && ["Encrypt", "ReEncryptFrom"].contains(&name)
                    || spec == "RSA_4096" && name == "ReEncryptTo";
                assert_eq!(can(name), more, "{spec} {usage} {name}");
            }
            assert!(
                ["PutKeyPolicy", "CreateGrant", "RetireGrant", "DescribeKey", "ReplicateKey"].map(&can)
                    == [true; 5]
            );
        }
    }

    #[test]
    fn an_origin_rules_out_what_needs_another() {
        let kms = can("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "AWS_KMS");
        assert!(kms("EnableKeyRotation") && kms("RotateKeyOnDemand") && !kms("ImportKeyMaterial"));
        let imported = can("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "EXTERNAL");
        assert!(
            imported("ImportKeyMaterial") && imported("RotateKeyOnDemand") && !imported("EnableKeyRotation")
        );
        for origin in ["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"] {
            let stored = can("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", origin);
            assert!(
                stored("GenerateDataKey") && !stored("GenerateDataKeyPair") && !stored("RotateKeyOnDemand")
            );
        }
        let asymmetric = can("RSA_2048", "SIGN_VERIFY", "EXTERNAL");
        assert!(asymmetric("ImportKeyMaterial") && !asymmetric("RotateKeyOnDemand"));
    }

    #[test]
    fn what_the_table_does_not_know_rules_nothing_out() {
        let unknown = KeyType { spec: "SYMMETRIC_DEFAULT", usage: "TELEPORT", origin: "MOON" };
        assert_eq!(unknown.operations(), Actions::every());
        let newer = can("TRIPLE_CURVE_1", "SIGN_VERIFY", "AWS_KMS");
        assert!(newer("Sign") && !newer("Decrypt"));
    }
}
