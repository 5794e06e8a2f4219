"""Random questions from a seed: key policies, and on some keys RAM policies, grants, resource control policies and
trusted parties, dense enough that what one statement opens another often closes.
"""

import random

import world
from world import MANAGEMENT, MEMBER, ORGANIZATION, OWN, Question

STRANGER, OTHER, THIRD = "444455556666", "777788889999", "999999999999"
FOREIGN, ELSEWHERE = "o-foreign0000", "o-zzzzzzzzzz"
ROLE_ID, USER_ID = "AROAEXAMPLEEXAMPLE123", "AIDAEXAMPLEEXAMPLE123"
LINKED = f"arn:aws:iam::{STRANGER}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"


def iam(account, rest):
    return f"arn:aws:iam::{account}:{rest}"


def sts(account, rest):
    return f"arn:aws:sts::{account}:{rest}"


def people(account):
    return [account, iam(account, "root"), iam(account, "role/app"), iam(account, "role/p/App"), iam(account, "user/ann"),
            iam(account, "user/p/ann"), sts(account, "assumed-role/app/s1"), sts(account, "federated-user/fay")]


OUTSIDE = people(STRANGER) * 2 + people(MEMBER) + people(OTHER)[:4] + [iam(MANAGEMENT, "root"), iam(THIRD, "root"), LINKED]
INSIDE = [OWN, iam(OWN, "root"), iam(OWN, "role/app"), ROLE_ID, USER_ID, iam(STRANGER, "role/*"), iam(STRANGER, "group/all")]
SERVICES = ["sns.amazonaws.com", "logs.eu-west-1.amazonaws.com"]
ACTIONS = ["kms:*"] * 6 + ["kms:Decrypt"] * 4 + [
    "*", "kms:De*", "KMS:decrypt", "kms:Encrypt", "kms:?ncrypt", "kms:ReEncrypt*", "kms:ReEncrypt", "kms:GenerateDataKey*", "kms:DescribeKey",
    "kms:CreateGrant", "kms:*Grant", "kms:List*", "kms:Sign", "kms:*Mac", "kms:Get*", "kms:Put*", "s3:*", "kms:PutKeyPolicy", "kms:*rypt*"]
KEY = f"arn:aws:kms:{world.REGION}:{OWN}:key/"
RESOURCES = [KEY + "{key}", KEY + "*", f"arn:aws:kms:*:{OWN}:key/*", "arn:aws:kms:*:*:key/????????-*", "arn:aws:kms:*", "arn:aws:kms:*:key/{key}",
             f"arn:aws:kms:us-east-1:{OWN}:key/*", KEY + "other", "arn:aws:kms:*:*:alias/*", "arn:aws:s3:::*", "arn:*"]

STRINGS = ["StringEquals"] * 3 + ["StringLike"] * 3 + ["StringNotEquals"] * 2 + ["StringNotLike"] * 2 + ["StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"]
EXACT = ["StringEquals", "StringEquals", "StringNotEquals"]
ARNS = ["ArnLike", "ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"]
ORDERS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
OF_CALLER = {
    "aws:PrincipalOrgID": [ORGANIZATION] * 3 + [FOREIGN, ELSEWHERE, "o-*", "*", "o-a1b2*", ORGANIZATION.upper()],
    "aws:PrincipalAccount": [OWN, STRANGER, MEMBER, OTHER, "4444*", "*6666", "*"], "kms:CallerAccount": [OWN, STRANGER, MEMBER, THIRD, "1*", "*9"],
    "aws:PrincipalType": ["User", "AssumedRole", "Account", "FederatedUser", "*User", "Robot"],
    "aws:PrincipalArn": [iam(STRANGER, "role/app"), iam(STRANGER, "*"), "arn:aws:iam::*:role/*", "*:role/*", iam("*", "user/a*"), iam(MEMBER, "*"), "*",
                         "arn:aws:*:root", iam(STRANGER, "ROLE/app"), "*app*", iam("4444*", "role/?pp"), sts(STRANGER, "federated-user/fay")],
    "aws:username": ["ann", "a*", "?nn", "bob"],
    "aws:userid": [f"{ROLE_ID}:*", f"{ROLE_ID}:s1", USER_ID, "AROA*", "*:s1", STRANGER, f"{STRANGER}:fay", f"{STRANGER}:*", "444*:f?y", "*"],
}
OF_REQUEST = {
    "aws:PrincipalTag/team": ["red", "r*", "*d", "?e?", "blue", "Red", "*a*b*", "*"], "aws:PrincipalTag/none": ["x", "x*"],
    "aws:SourceVpc": ["vpc-1", "vpc-*"], "aws:SourceVpce": ["vpce-1", "vpce-0*", "*"],
    "kms:ViaService": [f"s3.{world.REGION}.amazonaws.com", "s3.*.amazonaws.com", "s3.us-east-1.amazonaws.com", f"*.{world.REGION}.amazonaws.com", "ec2*"],
    "kms:EncryptionContext:tenant": ["a", "b", "a*", "*a"], "kms:EncryptionContext:Dept": ["IT", "I?"],
    "aws:SourceAccount": [OWN, STRANGER], "aws:RequestedRegion": [world.REGION, "eu-*", "us-*"], "kms:KeySpec": ["SYMMETRIC_DEFAULT", "RSA_*"],
    "aws:ResourceTag/team": ["red", "blue", "r*"],
}
MULTI = {
    "aws:PrincipalOrgPaths": [f"{ORGANIZATION}/*", f"{ORGANIZATION}/{world.ROOT}/*", f"{ORGANIZATION}/{world.ROOT}/ou-ab12-22222222/*",
                              "*/ou-ab12-1*/*", f"{FOREIGN}/*", "*", "o-*/r-*/"],
    "kms:EncryptionContextKeys": ["tenant", "Dept", "t*", "*", "dept"], "aws:CalledVia": ["athena.amazonaws.com", "s3*"],
    "kms:GrantOperations": ["Decrypt", "Encrypt", "*crypt", "Generate*", "CreateGrant", "ReEncrypt????", "*"],
}
SOURCE_ARNS = ["arn:aws:s3:::bucket", f"arn:aws:sns:*:{OWN}:*"]
ARN_VALUES = [iam(STRANGER, "role/app"), iam(STRANGER, "*"), "arn:aws:iam::*:role/*", "arn:aws:iam::*:user/a*", iam("*", "root"), iam(MEMBER, "*"), "*",
              "arn:aws:*:role/app", "arn:*:*:*:*:*", iam("4444*", "role/?*"), iam(OWN, "*"), iam(STRANGER, "role/p/*"), "arn:aws:sts::*:federated-user/*"]
FLAGS = ["aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:PrincipalIsAWSService", "aws:ViaAWSService", "kms:GrantIsForAWSResource"]
RANGES = ["203.0.113.0/24", "203.0.113.128/25", "10.0.0.0/8", "203.0.113.9", "2001:db8::/32", "0.0.0.0/0", "::/0"]
TIMES = ["2025-06-01T00:00:00Z", "2027-01-01T00:00:00Z", "2029-06-01T12:00:00+02:00", "1798761600"]
VARIABLES = [("aws:PrincipalAccount", "${aws:ResourceAccount}"), ("aws:ResourceAccount", "${aws:PrincipalAccount}"),
             ("aws:PrincipalOrgID", "${aws:ResourceOrgID}"), ("aws:ResourceTag/team", "${aws:PrincipalTag/team}"),
             ("aws:PrincipalTag/team", "${aws:ResourceTag/team}"), ("kms:EncryptionContext:tenant", "${aws:username}"),
             ("kms:EncryptionContext:tenant", "${aws:PrincipalTag/team, 'a'}"), ("aws:PrincipalTag/team", "${aws:SourceAccount}"),
             ("kms:EncryptionContext:Dept", "x-${aws:PrincipalAccount}")]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def chance(self, probability):
        return self.random.random() < probability

    def some(self, words):
        many = list(dict.fromkeys(self.pick(words) for _ in range(self.pick([1, 1, 1, 2, 3]))))
        return many[0] if len(many) == 1 and self.chance(0.6) else many

    def condition(self):
        """An operator, a key and its values."""
        if_exists = "IfExists" if self.chance(0.2) else ""
        forms = [(self.strings, 40), (self.sets, 18), (self.arns, 12), (self.flags, 8), (self.nulls, 6), (self.addresses, 7),
                 (self.times, 3), (self.variables, 6)]
        operator, key, values = self.random.choices([form for form, _ in forms], [weight for _, weight in forms])[0]()
        key = key.lower() if self.chance(0.05) else key
        return (operator if operator == "Null" else operator + if_exists), key, values

    def strings(self):
        vocabulary = OF_CALLER if self.chance(0.55) else OF_REQUEST
        key = self.pick(list(vocabulary))
        quantifier = self.pick(["ForAllValues:", "ForAnyValue:"]) if self.chance(0.06) else ""
        return quantifier + self.pick(STRINGS), key, self.some(vocabulary[key])

    def sets(self):
        key = self.pick(list(MULTI))
        return self.pick(["ForAllValues:", "ForAnyValue:"] * 3 + [""]) + self.pick(STRINGS), key, self.some(MULTI[key])

    def arns(self):
        if self.chance(0.15):
            return self.pick(ARNS), "aws:SourceArn", self.some(SOURCE_ARNS)
        values = ["arn:aws:iam::${aws:PrincipalAccount}:role/*"] if self.chance(0.05) else self.some(ARN_VALUES)
        return self.pick(ARNS), "aws:PrincipalArn", values

    def flags(self):
        return "Bool", self.pick(FLAGS), self.pick(["true", "false", True, False])

    def nulls(self):
        return "Null", self.pick([*OF_CALLER, *OF_REQUEST, *MULTI, *FLAGS, "aws:SourceIp", "aws:SourceArn"]), self.pick(["true", "false", True, False])

    def addresses(self):
        return self.pick(["IpAddress", "NotIpAddress"]), "aws:SourceIp", self.some(RANGES)

    def times(self):
        if self.chance(0.3):
            return "Numeric" + self.pick(ORDERS), "aws:MultiFactorAuthAge", self.pick(["3600", 300])
        return "Date" + self.pick(ORDERS), "aws:CurrentTime", self.some(TIMES)

    def variables(self):
        key, value = self.pick(VARIABLES)
        return self.pick(EXACT), key, [value, "a"] if self.chance(0.2) else value

    def block(self, count):
        block = {}
        for _ in range(count):
            operator, key, values = self.condition()
            block.setdefault(operator, {})[key] = values
        return {"Condition": block} if block else {}

    def principal(self, effect):
        if effect == "Deny" and self.chance(0.12):
            names = self.some(OUTSIDE + INSIDE)
            mine = [name for name in OUTSIDE if STRANGER in name]
            return {"NotPrincipal": {"AWS": [self.pick(mine), STRANGER, self.pick(mine)] if self.chance(0.6) else names}}
        if self.chance(0.6 if effect == "Allow" else 0.75):
            return {"Principal": self.pick(["*", "*", {"AWS": "*"}, {"AWS": ["*", OWN]}])}
        if self.chance(0.05):
            return {"Principal": {"Service": self.some(SERVICES)}}
        return {"Principal": {"AWS": self.some(OUTSIDE * 3 + INSIDE)}}

    def statement(self, effect, key_id, guardrail=False):
        statement = {"Effect": effect} | ({"Principal": "*"} if guardrail else self.principal(effect))
        statement["NotAction" if self.chance(0.08) else "Action"] = self.some(ACTIONS) if effect == "Allow" or self.chance(0.3) else "kms:*"
        negated = self.chance(0.02)
        odd = negated or self.chance(0.08)
        resource = self.some([pattern.replace("{key}", key_id) for pattern in RESOURCES]) if odd else "*"
        statement["NotResource" if negated else "Resource"] = resource
        if self.chance(0.01):
            del statement["NotResource" if negated else "Resource"]
        return statement | self.block(self.pick([0, 1, 1, 2, 2] if effect == "Allow" else [0, 1, 1, 1, 2, 2, 3]))

    def policy(self, effects, key_id, guardrail=False):
        statements = [self.statement(effect, key_id, guardrail) for effect in effects]
        version = "2012-10-17" if self.chance(0.92) else "2008-10-17"
        return {"Version": version, "Statement": statements[0] if len(statements) == 1 and self.chance(0.3) else statements}

    def key_policy(self, key_id):
        effects = ["Allow"] * self.pick([1, 1, 2, 2, 3]) + ["Deny"] * self.pick([0, 0, 1, 1, 2, 3])
        self.random.shuffle(effects)
        return self.policy(effects, key_id)

    def grant(self):
        named = [name for name in OUTSIDE if name.startswith("arn:")] + [iam(OWN, "role/app")]
        constraints = self.pick([{}] * 4 + [{"EncryptionContextEquals": {"tenant": "a"}}, {"EncryptionContextSubset": {"Tenant": "a", "Dept": "IT"}},
                                            {"SourceArn": "arn:aws:s3:::bucket"}])
        operations = self.random.sample(["Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey", "CreateGrant", "RetireGrant", "Sign"], self.pick([1, 1, 2, 3]))
        return {"grantee_principal": self.pick(named), "operations": operations, "constraints": constraints,
                "retiring_principal": self.pick(named) if self.chance(0.2) else None, "issuing_account": OTHER if self.chance(0.05) else OWN}

    def question(self, index, surroundings):
        key_id = f"{index:08x}-12ab-34cd-56ef-1234567890ab"
        return Question(
            self.key_policy(key_id), key_id=key_id, **surroundings,
            ram=self.policy(["Allow"], key_id) if self.chance(0.05) else None,
            grants=[self.grant() for _ in range(self.pick([1, 1, 2]))] if self.chance(0.25) else [])

    def surroundings(self):
        """What the keys of one snapshot share: RCPs and trusted parties, often none."""
        rcps = [self.policy(["Deny"] * self.pick([1, 1, 2]), "", guardrail=True) for _ in range(self.pick([1, 1, 2]))] if self.chance(0.4) else []
        trusted = self.chance(0.4)
        return {"rcps": rcps, "trusted_accounts": self.pick([[STRANGER], [THIRD], [OTHER, MEMBER]]) if trusted else [],
                "trusted_organizations": [FOREIGN] if trusted and self.chance(0.5) else []}
