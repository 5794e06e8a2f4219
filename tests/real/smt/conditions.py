"""Condition blocks as formulas over a request. Follows the IAM User Guide, "Condition operators", "Single-valued vs.
multivalued context keys" and "Variables and tags"; what it cannot say exactly, it refuses with NotImplementedError.
"""

import ipaddress
import re
from datetime import datetime

import world
from request import Address, Multi, Number, Single

NEGATED = re.compile("Not")
VARIABLE = re.compile(r"\$\{([^},]+)(?:, *'([^']*)')?\}")
COMPARISONS = {"Equals": lambda t, a, b: t.same(a, b), "LessThan": lambda t, a, b: t.no(t.at_least(a, b)),
               "LessThanEquals": lambda t, a, b: t.at_least(b, a), "GreaterThan": lambda t, a, b: t.no(t.at_least(b, a)),
               "GreaterThanEquals": lambda t, a, b: t.at_least(a, b)}


class Conditions:
    def __init__(self, request, bent=None):
        self.request, self.terms, self.bent = request, request.terms, bent

    def block(self, block, variables):
        """All operators and all keys of one `Condition`; `variables` where the policy's version knows them."""
        return self.terms.all(self.one(operator, name, [words(value) for value in world.listed(values)], variables)
                              for operator, keys in block.items() for name, values in keys.items())

    def one(self, operator, name, values, variables):
        quantifier, _, base = operator.rpartition(":")
        if_exists = base.endswith("IfExists")
        base = base.removesuffix("IfExists")
        key = self.request.keys.get(name.lower())
        if key is None:
            raise NotImplementedError(name)
        test = Test(self, base, values, variables)
        if base == "Null":
            return self.null(key, values)
        if isinstance(key, Multi):
            return self.multi(key, test, quantifier, if_exists)
        return self.single(key, test, quantifier, if_exists)

    def null(self, key, values):
        t, present = self.terms, self.present(key)
        return t.any(t.no(present) if value.lower() == "true" else present for value in values)

    def present(self, key):
        return self.terms.any(present for present, _ in key.elements) if isinstance(key, Multi) else key.present

    def absent_is(self, test, quantifier, if_exists):
        """What a condition says of a key that is not there."""
        if quantifier == "ForAnyValue":
            return if_exists
        negated = test.negated and self.bent != "missing-key"
        return quantifier == "ForAllValues" or negated or if_exists

    def single(self, key, test, quantifier, if_exists):
        t = self.terms
        true = test.of(key)
        if quantifier and isinstance(key, Single):
            # A set of one; a set of one empty string counts as empty.
            empty = t.any(t.all([when, t.same(term, t.text(""))]) for when, term in key.cases)
            true = t.any([true, empty]) if quantifier == "ForAllValues" else t.all([true, t.no(empty)])
        return t.all([t.implies(key.present, true), t.any([key.present, t.true if self.absent_is(test, quantifier, if_exists) else t.false])])

    def multi(self, key, test, quantifier, if_exists):
        t, present = self.terms, self.present(key)
        absent = t.all([t.no(present), t.true if self.absent_is(test, quantifier, if_exists) else t.false])
        if quantifier == "ForAllValues":
            return t.all(t.implies(there, test.string(term)) for there, term in key.elements)
        if quantifier == "ForAnyValue":
            return t.any([absent, *(t.all([there, test.string(term)]) for there, term in key.elements)])
        # Without a set operator nothing holds of a key with several values.
        return absent


class Test:
    """One operator with its values, asked of one value of a key that is there."""

    def __init__(self, conditions, base, values, variables):
        self.conditions, self.terms, self.values = conditions, conditions.terms, values
        self.negated, self.base = bool(NEGATED.search(base)), NEGATED.sub("", base)
        self.variables = variables

    def of(self, key):
        if isinstance(key, Address):
            return self.sign(self.in_range(key, value) for value in self.values)
        if isinstance(key, Number):
            return self.sign(self.compared(key, value) for value in self.values)
        if self.base.startswith("Arn"):
            return self.arn(key)
        return self.terms.any(self.terms.all([when, self.string(term)]) for when, term in key.cases)

    def sign(self, matches):
        found = self.terms.any(list(matches))
        return self.terms.no(found) if self.negated else found

    def string(self, term):
        return self.sign(self.matches(term, value) for value in self.values)

    def matches(self, term, value):
        t = self.terms
        if self.variables and "${" in value:
            return self.with_variable(term, value)
        match self.base:
            case "StringEquals":
                return t.same(term, t.text(value))
            case "StringLike":
                return t.like(term, value)
            case "StringEqualsIgnoreCase" | "Bool":
                return t.equal_folded(term, value)
        raise NotImplementedError(self.base)

    def with_variable(self, term, value):
        """One variable with text around it. An unresolved one makes its value match nothing."""
        t, found = self.terms, VARIABLE.search(value)
        before, name, default, after = value[: found.start()], found[1], found[2], value[found.end() :]
        if self.base == "StringEqualsIgnoreCase" or "${" in after or set("*?") & set(before + after):
            raise NotImplementedError(value)
        key = self.conditions.request.keys[name.lower()]
        if not isinstance(key, Single):
            raise NotImplementedError(value)
        around = lambda middle: t.same(term, t.joined(t.text(before), middle, t.text(after)))  # noqa: E731
        resolved = t.any(t.all([key.present, when, around(middle)]) for when, middle in key.cases)
        unresolved = t.false if default is None else t.all([t.no(key.present), around(t.text(default))])
        return t.any([resolved, unresolved])

    def arn(self, key):
        if key.present == self.terms.false:
            return self.terms.false
        if key.arns is None:
            raise NotImplementedError("an ARN operator on something else")
        kinds = self.conditions.request.kinds
        return self.sign(self.terms.any(self.terms.all([kinds[kind], self.part_by_part(parts, value)]) for kind, parts in key.arns.items())
                         for value in self.values)

    def part_by_part(self, parts, value):
        """Wildcards stay within one of the six parts."""
        if self.conditions.bent == "arn-colons":
            return self.terms.like(self.conditions.request.join_arn(parts), value)
        # A variable holds colons as well: hide it while splitting.
        hidden = VARIABLE.sub(lambda found: found[0].replace(":", "\0"), value) if self.variables else value
        patterns = [part.replace("\0", ":") for part in hidden.split(":", 5)]
        if len(patterns) != 6:
            return self.terms.false
        return self.terms.all(self.with_variable(part, pattern) if self.variables and "${" in pattern else self.terms.like(part, pattern)
                              for part, pattern in zip(parts, patterns))

    def in_range(self, key, value):
        t, network = self.terms, ipaddress.ip_network(value, strict=False)
        term, family = (key.v4, key.is_v4) if network.version == 4 else (key.v6, t.no(key.is_v4))
        least, most = t.number(int(network[0])), t.number(int(network[-1]))
        return t.all([family, t.at_least(term, least), t.at_least(most, term)])

    def compared(self, key, value):
        relation = self.base.removeprefix("Date").removeprefix("Numeric")
        number = seconds(value) if self.base.startswith("Date") else int(value)
        return COMPARISONS[relation](self.terms, key.term, self.terms.number(number))


def words(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def seconds(text):
    return int(text) if text.isdigit() else int(datetime.fromisoformat(text).timestamp())
