"""A model of cvc5 as a request that `keyreach simulate` understands, so that a second judge can say who is right."""

import ipaddress
import json
import subprocess
from datetime import UTC, datetime

import world


class Model:
    """Reads the solver of a translation whose last answer was `sat`."""

    def __init__(self, translation):
        self.request, self.solver, self.asked = translation.request, translation.solver, translation.asked

    def holds(self, term):
        return self.solver.getValue(term).getBooleanValue()

    def text(self, term):
        """The solver's choice, and for what it was not asked, an example."""
        return "".join(self.piece(piece) for piece in self.request.terms.pieces(term))

    def piece(self, piece):
        if piece.isStringValue():
            return piece.getStringValue()
        return self.solver.getValue(piece).getStringValue() if piece in self.asked else self.request.examples[piece]

    def number(self, term):
        return self.solver.getValue(term).getIntegerValue()

    def as_request(self, question):
        action = next(actions[0] for chosen, actions in self.request.classes if self.holds(chosen))
        return {"principal": self.principal(), "action": f"kms:{action}", "resource": question.arn, "context": self.context() | self.of_child(action)}

    @staticmethod
    def of_child(action):
        """A grant made from a grant is as strict as can be."""
        return {"kms:GrantConstraintType": ["EncryptionContextEquals"]} if action == "CreateGrant" else {}

    def principal(self):
        kind = next(kind for kind, chosen in self.request.kinds.items() if self.holds(chosen))
        account, name = self.text(self.request.account), self.text(self.request.name)
        path, session = self.text(self.request.path), self.text(self.request.session)
        return {"root": f"arn:aws:iam::{account}:root", "user": f"arn:aws:iam::{account}:user/{path}{name}",
                "role": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
                "federated": f"arn:aws:sts::{account}:federated-user/{name}"}[kind]

    def context(self):
        """Every key, absent ones too: nothing is to be filled in."""
        context = {}
        for name, key in self.request.keys.items():
            context[name] = self.values(key)
        arn, account = self.principal(), self.text(self.request.account)
        if ":assumed-role/" in arn:
            arn = f"arn:aws:iam::{account}:role/{self.text(self.request.path)}{arn.split('/')[1]}"
        context["aws:principalarn"] = [arn]
        for name, (single, spelled) in self.request.contexts.items():
            context.pop(f"kms:encryptioncontext:{name}")
            if self.holds(single.present):
                context[f"kms:EncryptionContext:{self.text(spelled)}"] = self.values(single)
        return context

    def values(self, key):
        match type(key).__name__:
            case "Multi":
                return list(dict.fromkeys(self.text(term) for present, term in key.elements if self.holds(present)))
            case _ if not self.holds(key.present):
                return []
            case "Single":
                return [self.text(next(term for when, term in key.cases if self.holds(when)))]
            case "Address":
                return [str(ipaddress.IPv4Address(self.number(key.v4)) if self.holds(key.is_v4) else ipaddress.IPv6Address(self.number(key.v6)))]
            case "Number" if key.term == self.request.now:
                return [datetime.fromtimestamp(self.number(key.term), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")]
        return [str(self.number(key.term))]


def case(name, question, request):
    """A case for `keyreach simulate`: the caller's own IAM allows everything."""
    names = {"grantee_principal": "grantee", "retiring_principal": "retiring", "issuing_account": "issuing_account",
             "operations": "operations", "constraints": "constraints"}
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    # A federated user session has only what a session policy gives.
    session = {"session_policy": everything} if ":federated-user/" in request["principal"] else {}
    return session | {"id": name, "request": request, "key_policies": [question.policy, *([question.ram] if question.ram else [])],
            "grants": [{names[name]: value for name, value in grant.items() if value} for grant in question.grants],
            "identity_policies": [] if request["principal"].endswith(":root") else [everything],
            "resource_control_policies": [question.rcps],
            "organization": {"id": world.ORGANIZATION, "management_account_id": world.MANAGEMENT, "members": list(world.PATHS)}}


def simulate(keyreach, scratch, cases):
    """The answers of the policy engine, by id."""
    batch = scratch / "batch.jsonl"
    batch.write_text("".join(json.dumps(case) + "\n" for case in cases))
    answers = subprocess.run([keyreach, "simulate", "--batch", str(batch)], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {answer["id"]: answer for answer in map(json.loads, answers.splitlines())}
