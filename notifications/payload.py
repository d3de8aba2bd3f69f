"""The values of a mail at rest: sealed to its row, the secret ones apart so that they can be erased alone."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from console import secrets
from notifications.categories import Category
from notifications.models.outbox import OutgoingMail

SECRETS_HELD_FOR: Final = timedelta(hours=24)
VALUES_HELD_FOR: Final = timedelta(days=7)


def seal_values(mail_id: UUID, values: Mapping[str, str]) -> str:
    """Return the values sealed to the mail; "" for none."""
    return secrets.seal(json.dumps(dict(values)), context=_place(mail_id, "values")) if values else ""


def seal_secrets(mail_id: UUID, values: Mapping[str, str]) -> str:
    """Return the secret values sealed to the mail; "" for none."""
    return secrets.seal(json.dumps(dict(values)), context=_place(mail_id, "secrets")) if values else ""


def open_values(mail_id: UUID, *, values_sealed: str, secrets_sealed: str) -> dict[str, str]:
    """Return all values of a mail; raises KeyMissing or SealBroken."""
    found: dict[str, str] = {}
    for token, part in ((values_sealed, "values"), (secrets_sealed, "secrets")):
        if token:
            found |= json.loads(secrets.unseal(token, context=_place(mail_id, part)))
    return found


def holds_everything(row: Category, *, values_sealed: str, secrets_sealed: str) -> bool:
    """Say whether nothing that the text of a mail needs has been erased."""
    return bool(values_sealed or not row.variables) and bool(secrets_sealed or not row.secret_variables)


def key_ids_in_use() -> set[str]:
    """Return the ids of the keys with which the mails that still hold values are sealed."""
    tokens = OutgoingMail.objects.values_list("values_sealed", "secrets_sealed").exclude(
        values_sealed="", secrets_sealed=""
    )
    return {secrets.key_id_of(token) for pair in tokens.iterator(chunk_size=2000) for token in pair if token}


def _place(mail_id: UUID, part: str) -> str:
    return f"outbox/{mail_id}/{part}"
