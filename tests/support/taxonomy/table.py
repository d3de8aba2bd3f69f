"""All cases of the taxonomy; each stands here once."""

from tests.support.taxonomy import contents, escapes, issuers, revocation, strength, warnings

CASES = (*issuers.CASES, *contents.CASES, *strength.CASES, *escapes.CASES, *revocation.CASES, *warnings.CASES)
