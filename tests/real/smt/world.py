"""The organization in which every key of the comparison stands, and what AWS fixes: the actions that work from another
account and the context keys they carry. Shared by the generator, the translation and the snapshot; holds no rule.
"""

import dataclasses
from datetime import datetime

OWN = "111122223333"
MANAGEMENT = "000000000001"
MEMBER = "222233334444"
ORGANIZATION = "o-a1b2c3d4e5"
ROOT = "r-ab12"
REGION = "eu-west-1"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
TAGS = {"team": "red"}
TAKEN_AT = "2026-03-04T12:00:00Z"
TAKEN_AT_SECONDS = int(datetime.fromisoformat(TAKEN_AT).timestamp())

# The unit of each account, as the rest of its path below the root.
PATHS = {MANAGEMENT: "", OWN: "ou-ab12-11111111/", MEMBER: "ou-ab12-22222222/"}

# Operations whose reference page says that they work across accounts.
# Source: AWS KMS API Reference, "Cross-account use" of each operation.
WITH_ENCRYPTION_CONTEXT = ["Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey",
                           "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"]
GRANTABLE = [*WITH_ENCRYPTION_CONTEXT, "Sign", "Verify", "GenerateMac", "VerifyMac", "DeriveSharedSecret", "Encapsulate",
             "Decapsulate", "GetPublicKey", "DescribeKey", "CreateGrant", "RetireGrant"]
ACROSS_ACCOUNTS = [*GRANTABLE, "GetKeyRotationStatus", "ListGrants", "RevokeGrant"]
# Operations that a symmetric encryption key, which every key here is, does not support.
# Source: AWS KMS Developer Guide, "Key type reference".
NOT_SYMMETRIC = {"Sign", "Verify", "GenerateMac", "VerifyMac", "DeriveSharedSecret", "Encapsulate", "Decapsulate", "GetPublicKey"}
# To retire a grant ends it and gives nobody the key.
USES = [name for name in ACROSS_ACCOUNTS if name not in NOT_SYMMETRIC | {"RetireGrant"}]

# From the widest to the narrowest.
ZONES = ["public", "external", "trusted", "organization"]


@dataclasses.dataclass
class Question:
    """One key: its policies, its grants as in a snapshot, the RCPs over it, and who is trusted."""
    policy: dict
    ram: dict | None = None
    grants: list = dataclasses.field(default_factory=list)
    rcps: list = dataclasses.field(default_factory=list)
    trusted_accounts: list = dataclasses.field(default_factory=list)
    trusted_organizations: list = dataclasses.field(default_factory=list)
    key_id: str = KEY_ID

    @property
    def arn(self):
        return f"arn:aws:kms:{REGION}:{OWN}:key/{self.key_id}"

    def documents(self):
        return [self.policy, *([self.ram] if self.ram else []), *self.rcps]


def listed(value):
    return value if isinstance(value, list) else [value]
