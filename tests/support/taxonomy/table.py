"""All cases of the taxonomy; each stands here once."""

from tests.support.taxonomy import contents, escapes, issuers, revocation, strength, unreadable, warnings

CASES = (
    *issuers.CASES,
    *contents.CASES,
    *unreadable.CASES,
    *strength.CASES,
    *escapes.CASES,
    *revocation.CASES,
    *warnings.CASES,
)
