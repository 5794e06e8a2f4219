"""Whether anybody in a zone can use a key, as a question to cvc5: the Allows, Denys, grants and resource control
policies of one key over one free request. The caller's own IAM is taken to allow everything.

Where AWS leaves a rule open, each reading is a free choice of the solver: a zone is reached if some reading reaches it.
"""

import json
import re
import time

import cvc5

import world
from conditions import Conditions
from elements import STARS, action_matches, encryption_contexts, named, resource_matches, spare_values, split_principal, unique_id
from request import Names, Request
from terms import Terms
from world import listed


# For one query, in the solver's own units, about 300,000 a second: the answers depend on no clock.
LIMIT = 2_000_000


class Translation:
    """One key's question, posed to a solver of its own. `bent` is a rule to get wrong on purpose."""

    def __init__(self, question, bent=None):
        self.question, self.bent, self.terms = question, bent, Terms()
        text = json.dumps([question.documents(), question.grants, question.trusted_accounts])
        self.policies = [question.policy, *([question.ram] if question.ram else [])]
        self.request = Request(self.terms, self.action_classes(), Names.of(text), encryption_contexts(text, question.grants),
                               sorted({name.lower() for name in re.findall(r"(?i)aws:PrincipalTag/(\w+)", text)}), spare_values(text))
        self.conditions = Conditions(self.request, bent)
        self.readings()
        self.solver, self.asked, self.queries = None, set(), []
        self.openings = [[opening, *self.request.axioms] for opening in self.ways_in() if opening != self.terms.false]

    def ask(self, zone):
        """`sat`, `unsat` or `unknown`: each way in alone, at first in haste, since one that is open is often found at
        once while the solver would lose itself in another."""
        zone, left = self.request.zone(zone, self.question), self.openings
        for limit in (LIMIT // 20, LIMIT):
            answers = []
            for opening in left:
                answers.append(self.check([zone, *opening], limit))
                if answers[-1] == "sat":
                    return "sat"
            left = [opening for opening, answer in zip(left, answers) if answer == "unknown"]
        return "unknown" if left else "unsat"

    def check(self, formulas, limit):
        """A solver of its own for each query is quicker than one that remembers."""
        began = time.perf_counter()
        self.solver = cvc5.Solver(self.terms.tm)
        for option, value in (("produce-models", "true"), ("strings-exp", "true"), ("rlimit-per", str(limit))):
            self.solver.setOption(option, value)
        self.solver.setLogic("ALL")
        for formula in self.with_domains(formulas):
            self.solver.assertFormula(formula)
        answer = str(self.solver.checkSat()).split()[0]
        self.queries.append(time.perf_counter() - began)
        return answer

    def with_domains(self, formulas):
        """Of the terms that nobody asks for, their domains need not be solved: that is most of the time."""
        unknowns, domains = self.terms.unknowns(formulas), self.request.domains
        while needed := [axiom for term, axiom in domains if term in unknowns]:
            formulas, domains = formulas + needed, [(term, axiom) for term, axiom in domains if term not in unknowns]
            unknowns |= self.terms.unknowns(needed)
        self.asked = unknowns
        return formulas

    def readings(self):
        t = self.terms
        self.star = {reading: t.boolean(f"a star runs {reading}") for reading in STARS}
        self.exempt_alone, self.role_folded, self.context_folded = t.boolean("SEM-12"), t.boolean("SEM-6"), t.boolean("SEM-59")
        self.request.axioms.append(t.exactly_one(list(self.star.values())))

    def ways_in(self):
        """Each Allow and each grant, as far as no Deny and no RCP closes it."""
        t = self.terms
        denied, guarded = self.denied(), self.guarded()
        for policy, statement in self.statements(self.policies, "Allow"):
            # That a policy alone allows RetireGrant is counted only where no RCP would forbid it.
            yield t.all([self.applies(policy, statement), t.no(denied), t.no(guarded)])
        for grant in self.question.grants:
            # RCPs do not bind RetireGrant.
            yield t.all([self.by_grant(grant), t.no(denied), t.any([t.no(guarded), self.request.is_action("RetireGrant")])])

    def denied(self):
        if self.bent == "no-deny":
            return self.terms.false
        return self.terms.any(self.applies(policy, statement) for policy, statement in self.statements(self.policies, "Deny"))

    def guarded(self):
        """RCPs name everybody or are void, and do not bind service-linked roles."""
        t = self.terms
        statements = [(policy, statement) for policy, statement in self.statements(self.question.rcps, "Deny") if statement.get("Principal") == "*"]
        return t.all([t.any(self.applies(policy, statement) for policy, statement in statements), t.no(self.request.service_linked)])

    @staticmethod
    def statements(policies, effect):
        return [(policy, statement) for policy in policies for statement in listed(policy["Statement"]) if statement["Effect"] == effect]

    def applies(self, policy, statement):
        t, variables = self.terms, policy.get("Version") == "2012-10-17"
        actions = t.any(chosen for chosen, actions in self.request.classes if action_matches(statement, actions[0]))
        resource = t.any(chosen for reading, chosen in self.star.items() if resource_matches(statement, self.question.arn, reading))
        if t.false in (actions, resource):
            return t.false
        return t.all([actions, resource, self.principal(statement), self.conditions.block(statement.get("Condition", {}), variables)])

    def principal(self, statement):
        if "NotPrincipal" in statement:
            return self.terms.no(self.exempt(named(statement["NotPrincipal"])))
        if "Principal" not in statement:
            return self.terms.false
        return self.terms.any(self.is_principal(name) for name in named(statement["Principal"]))

    def is_principal(self, name):
        t, r = self.terms, self.request
        if name == "*":
            return t.true
        if unique_id(name):
            return r.bears(name)
        account, kind, rest = split_principal(name)
        if account is None or any(wild in name for wild in "*?"):
            return t.false
        here = t.same(r.account, t.text(account))
        match kind:
            case "account":
                return here
            case "user":
                return t.all([here, r.kinds["user"], t.same(r.arns["user"][5], t.text(f"user/{rest}"))])
            case "role":
                return t.all([here, r.kinds["role"], self.role_name(rest.rsplit("/", 1)[-1])])
            case "assumed-role":
                role, session = rest.split("/", 1)
                return t.all([here, r.kinds["role"], t.same(r.name, t.text(role)), t.same(r.session, t.text(session))])
            case "federated-user":
                return t.all([here, r.kinds["federated"], t.same(r.name, t.text(rest))])
        return t.false

    def role_name(self, name):
        t = self.terms
        return t.any([t.same(self.request.name, t.text(name)), t.all([self.role_folded, t.equal_folded(self.request.name, name)])])

    def exempt(self, names):
        """Whom a Deny with NotPrincipal spares: by AWS's words whoever is listed with role and account. Whether the
        identity alone is enough is left open."""
        t, kinds = self.terms, self.request.kinds
        kind_of = lambda name: unique_id(name) or split_principal(name)[1]  # noqa: E731
        of = lambda *wanted: t.any(self.is_principal(name) for name in names if kind_of(name) in wanted)  # noqa: E731
        account, alone = of("account"), self.exempt_alone
        if "*" in names:
            return t.true
        return t.any([
            t.all([kinds["root"], account]),
            t.all([kinds["user"], of("user"), t.any([alone, account])]),
            t.all([kinds["federated"], of("federated-user"), t.any([alone, account])]),
            t.all([kinds["role"], of("role"), of("assumed-role"), account]),
            t.all([kinds["role"], of("role", "assumed-role"), alone]),
        ])

    def by_grant(self, grant):
        t, is_action = self.terms, self.request.is_action
        cases = []
        if grant["grantee_principal"]:
            grantee, bound = self.is_principal(grant["grantee_principal"]), set(grant["operations"]) - {"CreateGrant", "RetireGrant"}
            from_source = t.false if "SourceArn" in grant["constraints"] else t.true
            used = t.any([is_action(*bound), self.passed_on(grant)])
            cases.append(t.all([grantee, from_source, used, self.constraints(grant["constraints"])]))
            if "RetireGrant" in grant["operations"]:
                cases.append(t.all([grantee, is_action("RetireGrant")]))
        for retiring in filter(None, (grant["retiring_principal"], grant["issuing_account"])):
            cases.append(t.all([self.is_principal(retiring), is_action("RetireGrant")]))
        return t.any(cases)

    def passed_on(self, grant):
        """From a grant that allows CreateGrant, only operations of that grant can be granted."""
        more = self.terms.any(present for present, name in self.request.operations if name.getStringValue() not in grant["operations"])
        return self.terms.all([self.request.is_action("CreateGrant" if "CreateGrant" in grant["operations"] else "none"), self.terms.no(more)])

    def constraints(self, constraints):
        """Encryption context constraints bind operations that carry one, and grants made from this grant."""
        t, r = self.terms, self.request
        must = []
        for wanted in filter(None, (constraints.get("EncryptionContextEquals"), constraints.get("EncryptionContextSubset"))):
            for name, value in wanted.items():
                single, spelled = r.contexts[name.lower()]
                must += [single.present, t.same(single.cases[0][1], t.text(value)), t.any([self.context_folded, t.same(spelled, t.text(name))])]
        if constraints.get("EncryptionContextEquals") is not None:
            mine = {name.lower() for name in constraints["EncryptionContextEquals"]}
            must += [t.no(single.present) for name, (single, _) in r.contexts.items() if name not in mine]
            must += [t.no(present) for present, _ in r.other_contexts]
        return t.implies(r.is_action(*world.WITH_ENCRYPTION_CONTEXT, "CreateGrant"), t.all(must))

    def action_classes(self):
        """Actions that no statement tells apart and that carry the same keys are one."""
        special = {"CreateGrant", "ListGrants", "RevokeGrant", "DescribeKey"}
        granted = {name for grant in self.question.grants for name in grant["operations"]}
        statements = [statement for policy in self.question.documents() for statement in listed(policy["Statement"])]
        classes = {}
        for name in world.USES:
            alone = name if name in special | granted | set(world.WITH_ENCRYPTION_CONTEXT[:1]) else name in world.WITH_ENCRYPTION_CONTEXT
            signature = (alone, *(action_matches(statement, name) for statement in statements))
            classes.setdefault(signature, []).append(name)
        return list(classes.values())

