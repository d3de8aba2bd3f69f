"""The groups every installation has, and how a group's list of rules answers for one permission."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

ADMIN = "admin"
IDENTITY = "identity"
SUPER_ADMIN = "Super Admin"
SPONSOR_PERMISSION = "sponsor.portal"


@dataclass(frozen=True)
class BuiltIn:
    """A group that ISE has too, with the rules it starts with."""

    name: str
    kind: str
    rules: tuple[str, ...]


BUILT_IN = (
    BuiltIn(SUPER_ADMIN, ADMIN, ("*", f"!{SPONSOR_PERMISSION}")),
    BuiltIn("System Admin", ADMIN, ("*", "!users.edit", f"!{SPONSOR_PERMISSION}")),
    BuiltIn("Helpdesk Admin", ADMIN, ("*.view",)),
    BuiltIn("ERS Admin", ADMIN, ()),
    BuiltIn("ALL_ACCOUNTS (default)", IDENTITY, (SPONSOR_PERMISSION,)),
    BuiltIn("GROUP_ACCOUNTS (default)", IDENTITY, (SPONSOR_PERMISSION,)),
    BuiltIn("OWN_ACCOUNTS (default)", IDENTITY, (SPONSOR_PERMISSION,)),
    BuiltIn("Employee", IDENTITY, ()),
)


def allows(rules: Iterable[str], permission: str) -> bool:
    """Say whether a group's rules give a permission.

    A rule is a permission name or a pattern such as `*.view`; one that begins with `!` takes away what
    the others give, so that a permission declared later needs no change of the groups.
    """
    given = False
    for rule in rules:
        if rule.startswith("!") and fnmatchcase(permission, rule[1:]):
            return False
        given = given or fnmatchcase(permission, rule)
    return given
