"""Combinations of boxes that ISE does not allow are refused at the import and at the edit."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations

import pytest

from certificates import truststore
from certificates.models import Status, TrustedCertificate
from certificates.truststore import Change, EditRefused, ImportRefused, Usage
from certificates.usages import missing_for
from tests.support.pki import root

pytestmark = pytest.mark.django_db
FORBIDDEN = [
    frozenset(chosen) for size in range(5) for chosen in combinations(Usage, size) if missing_for(chosen)
]


@pytest.mark.parametrize("boxes", FORBIDDEN, ids=lambda boxes: "+".join(sorted(boxes)))
def test_a_forbidden_combination_is_neither_imported_nor_set_later(boxes: frozenset[Usage]) -> None:
    now, made = datetime.now(UTC), root()
    with pytest.raises(ImportRefused) as refused:
        truststore.import_certificates(data=made.pem, usages=boxes, actor="ada", now=now)
    assert {finding.code for finding in refused.value.findings} == {"USAGE_NEEDS"}
    allowed = frozenset({Usage.INFRASTRUCTURE})
    stored = truststore.import_certificates(data=made.pem, usages=allowed, actor="ada", now=now)
    row = TrustedCertificate.objects.get(pk=stored.certificates[0].id)
    change = Change(row.friendly_name, "", Status(row.status), boxes)
    with pytest.raises(EditRefused) as kept:
        truststore.edit(certificate_id=row.pk, change=change, actor="ada", now=now)
    assert {finding.code for finding in kept.value.findings} == {"USAGE_NEEDS"}
    assert TrustedCertificate.objects.get(pk=row.pk).usages == allowed
