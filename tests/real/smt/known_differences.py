"""Why keyreach and cvc5 may differ, each reason a test of one difference; its docstring says the reason."""


def name_that_nobody_has(question, exposure, verdict):
    """the search takes a name with a wildcard for a user name, its witness is refused, and the key is `unknown`"""
    return exposure["level"] == "unknown" and "is no caller" in (exposure["gap"] or "")


KNOWN = {"name-that-nobody-has": name_that_nobody_has}
