"""Short words for cvc5's terms, and the patterns of IAM as regular expressions. Knows nothing of policies."""

import cvc5
from cvc5 import Kind

# What stands in names of users, roles and sessions.
NAME = "A-Za-z0-9_+=,.@-"


class Terms:
    def __init__(self):
        self.tm = cvc5.TermManager()
        self.strings = self.tm.getStringSort()
        self.integers = self.tm.getIntegerSort()
        self.booleans = self.tm.getBooleanSort()
        # Terms without capital letters, and terms of a known length, which have no letters at all.
        self.caseless, self.lengths = set(), {}
        self.true, self.false = self.tm.mkTrue(), self.tm.mkFalse()
        self.any_text = self.tm.mkTerm(Kind.REGEXP_ALL)
        self.any_character = self.tm.mkTerm(Kind.REGEXP_ALLCHAR)

    def boolean(self, name):
        return self.tm.mkConst(self.booleans, name)

    def string(self, name):
        return self.tm.mkConst(self.strings, name)

    def integer(self, name):
        return self.tm.mkConst(self.integers, name)

    def text(self, text):
        return self.tm.mkString(text)

    def number(self, number):
        return self.tm.mkInteger(str(number))

    def all(self, terms):
        terms = [term for term in terms if term != self.true]
        if not terms or len(terms) == 1:
            return terms[0] if terms else self.true
        return self.false if self.false in terms else self.tm.mkTerm(Kind.AND, *terms)

    def any(self, terms):
        terms = [term for term in terms if term != self.false]
        if not terms or len(terms) == 1:
            return terms[0] if terms else self.false
        return self.true if self.true in terms else self.tm.mkTerm(Kind.OR, *terms)

    def no(self, term):
        if term in (self.true, self.false):
            return self.false if term == self.true else self.true
        return self.tm.mkTerm(Kind.NOT, term)

    def implies(self, condition, conclusion):
        return self.any([self.no(condition), conclusion])

    def same(self, one, other):
        if one.isStringValue() and other.isStringValue():
            return self.true if one == other else self.false
        return self.tm.mkTerm(Kind.EQUAL, one, other)

    def exactly_one(self, terms):
        pairs = [self.no(self.all([one, other])) for at, one in enumerate(terms) for other in terms[at + 1 :]]
        return self.all([self.any(terms), *pairs])

    def at_least(self, one, other):
        return self.tm.mkTerm(Kind.GEQ, one, other)

    def joined(self, *terms):
        return self.tm.mkTerm(Kind.STRING_CONCAT, *terms)

    def within(self, term, regex):
        return self.tm.mkTerm(Kind.STRING_IN_REGEXP, term, regex)

    def sequence(self, regexes):
        regexes = list(regexes)
        if len(regexes) < 2:
            return regexes[0] if regexes else self.literal("")
        return self.tm.mkTerm(Kind.REGEXP_CONCAT, *regexes)

    def literal(self, text):
        return self.tm.mkTerm(Kind.STRING_TO_REGEXP, self.text(text))

    def star(self, regex):
        return self.tm.mkTerm(Kind.REGEXP_STAR, regex)

    def plus(self, regex):
        return self.tm.mkTerm(Kind.REGEXP_PLUS, regex)

    def times(self, regex, least, most):
        return self.tm.mkTerm(self.tm.mkOp(Kind.REGEXP_LOOP, least, most), regex)

    def characters(self, spec):
        """One character of a class written as in `[A-Za-z_]`, without the brackets; a `-` stands last."""
        ranges, rest = [], spec
        while rest:
            last = rest[2] if len(rest) > 2 and rest[1] == "-" else rest[0]
            ranges.append(self.tm.mkTerm(Kind.REGEXP_RANGE, self.text(rest[0]), self.text(last)))
            rest = rest[3:] if len(rest) > 2 and rest[1] == "-" else rest[1:]
        return self.tm.mkTerm(Kind.REGEXP_UNION, *ranges) if len(ranges) > 1 else ranges[0]

    def pattern(self, pattern, folded=False):
        """`*` is any text, `?` any one character; with `folded`, letters of either case."""
        wild = {"*": self.any_text, "?": self.any_character}
        return self.sequence(wild[c] if c in wild else self.letter(c, folded) for c in pattern)

    def letter(self, letter, folded):
        both = sorted({letter.lower(), letter.upper()}) if folded else [letter]
        one = [self.literal(each) for each in both]
        return one[0] if len(one) == 1 else self.tm.mkTerm(Kind.REGEXP_UNION, *one)

    def like(self, term, pattern):
        """The term matches a pattern; plain equality where there is no wildcard, which is easier to solve."""
        if "*" not in pattern and "?" not in pattern:
            return self.same(term, self.text(pattern))
        return self.true if set(pattern) == {"*"} else self.within(term, self.pattern(pattern))

    def equal_folded(self, term, text):
        """Equal without case. What is known of the term beforehand is taken off, as the solver is bad at this."""
        pieces = self.pieces(term)
        facts = []
        while pieces and (length := self.known_length(pieces[0])) is not None:
            facts.append(self.same_folded(pieces.pop(0), text[:length]))
            text = text[length:]
        if not pieces:
            return self.all([*facts, self.false if text else self.true])
        rest = self.joined(*pieces) if len(pieces) > 1 else pieces[0]
        if text.lower() == text.upper() or all(piece in self.caseless or self.is_lower(piece) for piece in pieces):
            return self.all([*facts, self.same(rest, self.text(text.lower()))])
        return self.all([*facts, self.within(rest, self.sequence(self.letter(letter, True) for letter in text))])

    def same_folded(self, piece, text):
        if piece.isStringValue():
            return self.true if piece.getStringValue().lower() == text.lower() else self.false
        return self.same(piece, self.text(text))

    @staticmethod
    def is_lower(piece):
        return piece.isStringValue() and piece.getStringValue() == piece.getStringValue().lower()

    def known_length(self, piece):
        return len(piece.getStringValue()) if piece.isStringValue() else self.lengths.get(piece)

    def pieces(self, term):
        if term.getKind() == Kind.STRING_CONCAT:
            return [piece for each in term for piece in self.pieces(each)]
        return [term]

    @staticmethod
    def unknowns(formulas):
        """The free terms in some formulas."""
        seen, found, todo = set(), set(), list(formulas)
        while todo:
            term = todo.pop()
            if term.getId() not in seen:
                seen.add(term.getId())
                if term.getKind() == Kind.CONSTANT:
                    found.add(term)
                todo += list(term)
        return found
