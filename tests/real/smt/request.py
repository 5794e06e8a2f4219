"""A request that nobody has made yet: its caller, action and circumstances as free terms, with what AWS guarantees of
them (documented for each context key) as axioms. Knows nothing of statements.

Callers are root users, users, role sessions and federated users of every account but the key's own. Service principals
raise no level. A service-linked role is one only where a policy or grant names it: nobody else can use one.
"""

import dataclasses
import re

import world
from terms import NAME

KINDS = {"root": "Account", "user": "User", "role": "AssumedRole", "federated": "FederatedUser"}
REGION_SUFFIX = f".{world.REGION}.amazonaws.com"


@dataclasses.dataclass
class Single:
    """A context key with one value: when it is there, and what it then is, in cases."""
    present: object
    cases: list  # of (condition, string term)
    arns: dict | None = None  # for aws:PrincipalArn: the six parts of the ARN in each case


@dataclasses.dataclass
class Number:
    present: object
    term: object


@dataclasses.dataclass
class Address:
    present: object
    is_v4: object
    v4: object
    v6: object


@dataclasses.dataclass
class Multi:
    elements: list  # of (when it is there, string term)


class Request:
    """`names` are the accounts and organizations that the documents name; `contexts` and `tags` the folded names of
    encryption context keys and principal tags in them; `spare` is how many unnamed values each set may hold."""

    def __init__(self, terms, classes, names, contexts, tags, spare):
        self.terms, self.names, self.axioms, self.domains, self.examples = terms, names, [], [], {}
        self.classes = [(terms.boolean(f"action {actions[0]}"), actions) for actions in classes]
        self.axioms.append(terms.exactly_one([chosen for chosen, _ in self.classes]))
        self.caller()
        self.network()
        self.multi_factor()
        self.encryption_context(contexts, spare)
        self.grant_request()
        self.tags = {name: Single(terms.boolean(f"has tag {name}"), [(terms.true, self.free(f"tag {name}", " -~", 0))]) for name in tags}
        self.axioms += [terms.implies(self.kinds["root"], terms.no(tag.present)) for tag in self.tags.values()]
        self.now = terms.integer("now")
        self.axioms.append(terms.at_least(self.now, terms.number(world.TAKEN_AT_SECONDS)))
        self.keys = self.context_keys(spare)

    def free(self, name, characters, least=1):
        term = self.terms.string(name)
        one = self.terms.characters(characters)
        self.domain(term, self.terms.within(term, self.terms.plus(one) if least else self.terms.star(one)))
        return term

    def domain(self, term, axiom, example="x"):
        """What holds of a term and matters only where somebody asks for it: the example satisfies it otherwise."""
        self.domains.append((term, axiom))
        self.examples.setdefault(term, example)

    def is_action(self, *names):
        return self.terms.any(chosen for chosen, actions in self.classes if actions[0] in names)

    def caller(self):
        t = self.terms
        self.kinds = {kind: t.boolean(f"is {kind}") for kind in KINDS}
        self.axioms.append(t.exactly_one(list(self.kinds.values())))
        self.account, self.name, self.session = t.string("account"), self.free("name", NAME), self.free("session", NAME)
        t.lengths[self.account] = 12
        self.path = t.string("path")
        self.axioms += [t.within(self.account, t.times(t.characters("0-9"), 12, 12)), t.no(t.same(self.account, t.text(world.OWN)))]
        self.domain(self.path, t.within(self.path, t.star(t.sequence([t.plus(t.characters(NAME)), t.literal("/")]))), "")
        self.arns = {kind: self.principal_arn(kind) for kind in KINDS}
        self.unique_ids()
        self.organization()
        self.service_linked_roles()

    def unique_ids(self):
        """What aws:userid is for each kind of caller. Source: IAM User Guide, "IAM policy elements: Variables and tags"."""
        t = self.terms
        self.ids = {"role": t.string("role id"), "user": t.string("user id")}
        for kind, prefix in (("role", "AROA"), ("user", "AIDA")):
            shape = t.sequence([t.literal(prefix), t.plus(t.characters("A-Z0-9"))])
            self.domain(self.ids[kind], t.within(self.ids[kind], shape), f"{prefix}EXAMPLE")
        self.user_ids = {"root": self.account, "user": self.ids["user"],
                         "role": t.joined(self.ids["role"], t.text(":"), self.session),
                         "federated": t.joined(self.account, t.text(":"), self.name)}

    def bears(self, unique_id):
        """The caller is a session of the role, or the user, with this id."""
        kind = {"AROA": "role", "AIDA": "user"}.get(unique_id[:4])
        return self.terms.all([self.kinds[kind], self.same_as(unique_id, self.ids[kind])]) if kind else self.terms.false

    def principal_arn(self, kind):
        """The six parts of aws:PrincipalArn: of a session it is the ARN of the role."""
        t = self.terms
        resource = {"root": lambda: t.text("root"), "user": lambda: t.joined(t.text("user/"), self.path, self.name),
                    "role": lambda: t.joined(t.text("role/"), self.path, self.name),
                    "federated": lambda: t.joined(t.text("federated-user/"), self.name)}[kind]()
        service = "sts" if kind == "federated" else "iam"
        return [t.text("arn"), t.text("aws"), t.text(service), t.text(""), self.account, resource]

    def organization(self):
        """Listed members are in the own organization, at their place. Other accounts that somebody names are not in
        it; an account that nobody names may be a member tomorrow."""
        t = self.terms
        self.has_organization, self.organization_id = t.boolean("has organization"), t.string("organization")
        self.below = t.string("path below the organization")
        t.caseless |= {self.organization_id, self.below}
        self.own = t.all([self.has_organization, t.same(self.organization_id, t.text(world.ORGANIZATION))])
        root = t.sequence([t.literal("r-"), t.plus(t.characters("a-z0-9")), t.literal("/")])
        unit = t.sequence([t.literal("ou-"), t.plus(t.characters("a-z0-9")), t.literal("-"), t.plus(t.characters("a-z0-9")), t.literal("/")])
        self.domain(self.organization_id, t.within(self.organization_id, t.sequence([t.literal("o-"), t.times(t.characters("a-z0-9"), 10, 32)])))
        self.domain(self.below, t.within(self.below, t.sequence([root, t.star(unit)])), f"{world.ROOT}/")
        self.domain(self.below, t.implies(self.own, t.within(self.below, t.sequence([t.literal(world.ROOT + "/"), t.any_text]))))
        for account, below in world.PATHS.items():
            here = t.same(self.account, t.text(account))
            self.axioms.append(t.implies(here, self.own))
            self.domain(self.below, t.implies(here, t.same(self.below, t.text(f"{world.ROOT}/{below}"))))
        strangers = self.names.accounts - set(world.PATHS)
        self.axioms += [t.implies(t.same(self.account, t.text(account)), t.no(self.own)) for account in sorted(strangers)]

    def service_linked_roles(self):
        t = self.terms
        named = [t.all([self.same_as(arn[4], self.account), t.same(t.joined(t.text("role/"), self.path, self.name), t.text(arn[5]))])
                 for arn in self.names.service_linked]
        self.service_linked = t.all([self.kinds["role"], t.any(named)])
        for term, start in ((self.path, "aws-service-role/"), (self.name, "AWSServiceRoleFor")):
            looks_like_one = t.within(term, t.sequence([t.literal(start), t.any_text]))
            self.domain(term, t.implies(looks_like_one, self.service_linked))

    def same_as(self, text, term):
        return self.terms.same(term, self.terms.text(text))

    def network(self):
        """Directly: from an address or through an endpoint. Through a service: that and its like, or neither."""
        t = self.terms
        self.via, self.has_address, self.has_endpoint = t.boolean("via a service"), t.boolean("has address"), t.boolean("has endpoint")
        self.axioms += [t.no(t.all([self.has_address, self.has_endpoint])), t.any([self.via, self.has_address, self.has_endpoint])]
        self.address = Address(self.has_address, t.boolean("is IPv4"), t.integer("IPv4"), t.integer("IPv6"))
        for term, bits in ((self.address.v4, 32), (self.address.v6, 128)):
            self.domain(term, t.all([t.at_least(term, t.number(0)), t.at_least(t.number(2**bits - 1), term)]))
        # Nothing guarantees what the ids look like.
        self.vpc, self.endpoint = self.free("vpc", "!-~"), self.free("endpoint", "!-~")
        self.via_service = t.string("via service")
        t.caseless.add(self.via_service)
        self.domain(self.via_service, t.within(self.via_service, t.sequence([t.plus(t.characters("a-z0-9-")), t.literal(REGION_SUFFIX)])), "x" + REGION_SUFFIX)

    def multi_factor(self):
        t = self.terms
        self.has_mfa, self.mfa = t.boolean("has MFA key"), t.boolean("MFA")
        self.mfa_age = Number(t.boolean("has MFA age"), t.integer("MFA age"))
        self.axioms += [t.implies(self.mfa_age.present, t.all([self.has_mfa, self.mfa])), t.at_least(self.mfa_age.term, t.number(0))]

    def encryption_context(self, contexts, spare):
        """`contexts` tells how each is written. Each named key in some spelling, since condition keys ignore case and values do not, and some that nobody named."""
        t = self.terms
        carried = self.is_action(*world.WITH_ENCRYPTION_CONTEXT, "CreateGrant", "RetireGrant")
        self.contexts = {}
        for name in contexts:
            spelled, present = t.string(f"spelling of {name}"), t.boolean(f"has context {name}")
            self.contexts[name] = (Single(present, [(t.true, self.free(f"context {name}", " -~", 0))]), spelled)
            self.domain(spelled, t.equal_folded(spelled, name), contexts[name])
            self.axioms.append(t.implies(present, carried))
        self.other_contexts = [(t.boolean(f"has other context {n}"), self.free(f"other context {n}", "!-~")) for n in range(spare)]
        for present, key in self.other_contexts:
            self.axioms.append(t.implies(present, carried))
            self.domain(key, t.all(t.no(t.equal_folded(key, name)) for name in contexts))

    def grant_request(self):
        t = self.terms
        creates = self.is_action("CreateGrant")
        self.operations = [(t.boolean(f"grants {name}"), t.text(name)) for name in world.GRANTABLE]
        self.axioms.append(t.same(t.any(present for present, _ in self.operations), creates))
        self.has_for_resource, self.for_resource = t.boolean("has for resource"), t.boolean("for resource")
        self.axioms += [t.implies(self.has_for_resource, self.is_action("CreateGrant", "ListGrants", "RevokeGrant")),
                        t.implies(t.all([self.has_for_resource, self.for_resource]), self.via)]

    def choice(self, present, term):
        return Single(present, [(term, self.terms.text("true")), (self.terms.no(term), self.terms.text("false"))])

    def context_keys(self, spare):
        t = self.terms
        always, never = t.true, t.false
        one = lambda present, term: Single(present, [(always, term)])  # noqa: E731
        arns = [(self.kinds[kind], self.join_arn(arn)) for kind, arn in self.arns.items()]
        called_via = [(self.via if n == 0 else t.all([self.via, t.boolean(f"called via {n}")]), self.service(n)) for n in range(max(1, spare))]
        return {
            "aws:principalarn": Single(always, arns, self.arns),
            "aws:principalaccount": one(always, self.account), "kms:calleraccount": one(always, self.account),
            "aws:principaltype": Single(always, [(self.kinds[kind], t.text(word)) for kind, word in KINDS.items()]),
            "aws:userid": Single(always, [(self.kinds[kind], term) for kind, term in self.user_ids.items()]),
            "aws:username": one(self.kinds["user"], self.name),
            "aws:principalorgid": one(self.has_organization, self.organization_id),
            "aws:principalorgpaths": Multi([(self.has_organization, t.joined(self.organization_id, t.text("/"), self.below))]),
            "aws:sourceip": self.address,
            "aws:sourcevpc": one(self.has_endpoint, self.vpc),
            "aws:sourcevpce": one(self.has_endpoint, self.endpoint),
            "kms:viaservice": one(self.via, self.via_service), "aws:viaawsservice": self.choice(always, self.via),
            "aws:calledvia": Multi(called_via),
            "aws:multifactorauthpresent": self.choice(self.has_mfa, self.mfa), "aws:multifactorauthage": self.mfa_age,
            "aws:currenttime": Number(always, self.now),
            "aws:securetransport": self.choice(always, t.boolean("TLS")), "aws:principalisawsservice": one(always, t.text("false")),
            "aws:principalservicename": Single(never, []), "aws:sourceaccount": Single(never, []), "aws:sourcearn": Single(never, []),
            "aws:sourceorgid": Single(never, []),
            "aws:requestedregion": one(always, t.text(world.REGION)), "aws:resourceaccount": one(always, t.text(world.OWN)),
            "aws:resourceorgid": one(always, t.text(world.ORGANIZATION)), "kms:keyspec": one(always, t.text("SYMMETRIC_DEFAULT")),
            "kms:encryptioncontextkeys": Multi([(single.present, spelled) for single, spelled in self.contexts.values()] + self.other_contexts),
            "kms:grantoperations": Multi(self.operations), "kms:grantisforawsresource": self.choice(self.has_for_resource, self.for_resource),
            **{f"aws:resourcetag/{name}": one(always, t.text(value)) for name, value in world.TAGS.items()},
            **{f"aws:principaltag/{name}": single for name, single in self.tags.items()},
            **{f"kms:encryptioncontext:{name}": single for name, (single, _) in self.contexts.items()},
        }

    def service(self, number):
        term = self.terms.string(f"calling service {number}")
        self.terms.caseless.add(term)
        self.domain(term, self.terms.within(term, self.terms.sequence(
            [self.terms.plus(self.terms.characters("a-z0-9-")), self.terms.literal(".amazonaws.com")])), "x.amazonaws.com")
        return term

    def join_arn(self, parts):
        t = self.terms
        return t.joined(*(part for at, each in enumerate(parts) for part in ([t.text(":"), each] if at else [each])))

    def zone(self, zone, question):
        """The caller stands in this zone and in no narrower one."""
        t = self.terms
        one_of = lambda term, names: t.any(t.same(term, t.text(name)) for name in sorted(names))  # noqa: E731
        among = lambda accounts, organizations: t.any(  # noqa: E731
            [one_of(self.account, accounts), t.all([self.has_organization, one_of(self.organization_id, organizations)])])
        trusted = among(question.trusted_accounts, question.trusted_organizations)
        # Nobody of the snapshot is known to bear an id, and one that is named is of one principal.
        named = t.any([among(self.names.accounts, self.names.organizations), *(self.bears(unique_id) for unique_id in sorted(self.names.ids))])
        outside = t.no(self.own)
        return {"organization": self.own, "trusted": t.all([outside, trusted]), "external": t.all([outside, t.no(trusted), named]),
                "public": t.all([outside, t.no(trusted), t.no(named)])}[zone]


@dataclasses.dataclass
class Names:
    """Whom the documents and grants name: accounts, organizations, service-linked roles (ARNs in six parts), unique ids
    that stand there to their end."""
    accounts: set
    organizations: set
    service_linked: list
    ids: set

    @staticmethod
    def of(text):
        linked = re.findall(r"arn:aws:iam::\d{12}:role/aws-service-role/[\w+=,.@/-]+", text)
        return Names(set(re.findall(r"(?<!\d)\d{12}(?!\d)", text)), set(re.findall(r"(?<![\w-])o-[a-z0-9]{10,32}(?![a-z0-9*?])", text)),
                     [arn.split(":", 5) for arn in sorted(set(linked))],
                     set(re.findall(r'(?<![A-Za-z0-9*?])A(?:ROA|IDA)[A-Z0-9]+(?=[:"])', text)))
