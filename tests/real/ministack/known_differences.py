"""Where ministack 1.5.33 differs from AWS, with the document of AWS's that shows it. `where` names the answers that
differ for it, as a key policy and the principals; each must differ, and no other may."""

from dataclasses import dataclass, field

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"

# GetAccountAuthorizationDetails leaves the boundaries out, of users and of roles, while GetUser, GetRole and the
# enforcement have them. calls.py puts them into the snapshot, and fails once they are there.
BOUNDARIES_LEFT_OUT = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleDetail.html"


@dataclass
class Difference:
    says: str
    document: str
    keyreach: str
    where: dict = field(default_factory=dict)

    def places(self):
        return [(policy, principal) for policy, principals in self.where.items() for principal in principals.split()]


KNOWN = [
    Difference(
        says="aws:PrincipalArn of a session is the ARN of its role, not that of the session",
        document=GUIDE + "reference_policies_condition-keys.html#condition-keys-principalarn",
        keyreach="can",
        where={"anybody by ARN": "encrypts"}),
    Difference(
        says="where a resource policy allows `*`, a boundary that allows nothing limits nobody in the account",
        document=GUIDE + "reference_policies_elements_principal.html#principal-roles",
        keyreach="can",
        where={"anybody": "bounded bounded-nothing carol",
               "anybody of the account": "bounded bounded-nothing carol"}),
    Difference(
        says="NotPrincipal of an Allow matches all but those that it names",
        document=GUIDE + "reference_policies_elements_notprincipal.html",
        keyreach="can",
        where={"all but one may": """nothing everything encrypts decrypts bounded bounded-nothing within-bounds deep
               blue not-blue all-but-decrypt keys-here keys-elsewhere attached alice carol dora erin"""}),
    Difference(
        says="NotPrincipal of a Deny matches all but those that it names, together with their accounts",
        document=GUIDE + "reference_policies_elements_notprincipal.html",
        keyreach="cannot",
        where={"delegates, not but to one": """everything encrypts within-bounds deep blue all-but-decrypt keys-here
               attached dora erin"""}),
]
