"""The saved SMTP server: read, save, and the rule that says when its password must be typed again."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from console import audit, egress, secrets
from notifications.models.relay import RelaySettings, columns_of
from notifications.smtp.credentials import check_password, check_user
from notifications.smtp.settings import ServerSettings, TlsMode

_PK = 1


class PasswordNeeded(Exception):
    """The stored password may not be used for these values: it must be typed again."""


class CleartextRefused(Exception):
    """A password would travel without TLS, and nobody has confirmed that."""


def current() -> RelaySettings | None:
    """Return the saved row, None before the first save."""
    return RelaySettings.objects.filter(pk=_PK).first()


def is_configured() -> bool:
    """Say whether a server was saved."""
    return RelaySettings.objects.filter(pk=_PK).exists()


def version() -> int:
    """Return how often the settings were saved, 0 before the first time."""
    return RelaySettings.objects.filter(pk=_PK).values_list("version", flat=True).first() or 0


def connection_settings() -> ServerSettings | None:
    """Return the saved server with its password and this node's EHLO name, None before the first save.

    Raises console.secrets.SecretsError when the password cannot be opened on this node.
    """
    row = current()
    if row is None:
        return None
    return introduced(replace(row.server_without_password, password=_opened(row)))


def permit() -> Callable[[str, int], str | None] | None:
    """Return the outbound rule for sending: None when the server was saved at the node's own shell."""
    row = current()
    return egress.refusal if row is None or row.is_bound_by_egress else None


def introduced(server: ServerSettings) -> ServerSettings:
    """Return the server with the name that this node says in EHLO: its short host name, or the setting."""
    return replace(server, ehlo_name=settings.ISE_MAIL_EHLO_NAME or settings.ISE_MAIL_NODE)


def may_keep_password(server: ServerSettings) -> bool:
    """Say whether the stored password may be used for these values.

    It is sealed to host and user, and it is not sent with less protection than it was stored for.
    """
    row = current()
    if row is None or not row.password_sealed or (row.host, row.user) != (server.host, server.user):
        return False
    return _protection(server) >= _protection(row.server_without_password)


def with_stored_password(server: ServerSettings) -> ServerSettings:
    """Return the server with the stored password; raises PasswordNeeded."""
    row = current()
    if row is None or not may_keep_password(server):
        raise PasswordNeeded
    return replace(server, password=_opened(row))


def check_cleartext(server: ServerSettings, *, is_allowed: bool) -> None:
    """Raise CleartextRefused when a password would travel without TLS and that was not confirmed."""
    if server.user and not server.is_encrypted and not is_allowed:
        raise CleartextRefused


def check_credentials(server: ServerSettings) -> None:
    """Raise CredentialsRefused when no sign-in can carry the user name or the password."""
    check_user(server.user)
    check_password(server.password)


def key_ids_in_use() -> set[str]:
    """Return the id of the key that the stored password is sealed with."""
    row = current()
    return {secrets.key_id_of(row.password_sealed)} if row is not None and row.password_sealed else set()


def save(
    *,
    server: ServerSettings,
    keep_password: bool,
    allow_cleartext_password: bool,
    actor: str,
    now: datetime,
    address: str = "",
    is_bound_by_egress: bool = True,
) -> RelaySettings:
    """Save the server with its audit; `keep_password` takes the stored password, not `server.password`.

    Raises PasswordNeeded, CleartextRefused, CredentialsRefused and console.secrets.SecretsError; nothing is
    then changed.
    """
    check_credentials(server)
    check_cleartext(server, is_allowed=allow_cleartext_password)
    with transaction.atomic():
        before = RelaySettings.objects.select_for_update().filter(pk=_PK).first()
        if server.user and keep_password:
            server = with_stored_password(server)
        elif server.user and not server.password:
            raise PasswordNeeded
        row = RelaySettings(
            pk=_PK,
            **columns_of(server),
            password_sealed=_sealed(server),
            allow_cleartext_password=allow_cleartext_password
            and bool(server.user)
            and not server.is_encrypted,
            version=before.version + 1 if before else 1,
            is_bound_by_egress=is_bound_by_egress,
            saved_at=now,
        )
        row.save()
        _record(before, row, keep_password, actor=actor, now=now, address=address)
    return row


def _record(
    before: RelaySettings | None, after: RelaySettings, kept: bool, *, actor: str, now: datetime, address: str
) -> None:
    old, new = (_shown(before) if before else {}), _shown(after)
    changed = {name for name in new if old.get(name) != new[name]}
    audit.record(
        actor=actor,
        action="smtp.save",
        target="SMTP server",
        before={name: old[name] for name in sorted(changed) if name in old} if before else None,
        after={
            **{name: new[name] for name in sorted(changed)},
            "password": _password_word(after, kept),
        },
        now=now,
        address=address,
    )


def _shown(row: RelaySettings) -> dict[str, Any]:
    values = asdict(row.server_without_password)
    return {
        **{name: values[name] for name in columns_of(row.server_without_password)},
        "allow_cleartext_password": row.allow_cleartext_password,
    }


def _password_word(row: RelaySettings, kept: bool) -> str:
    if not row.user:
        return "none"
    return "kept" if kept else "replaced"


def _protection(server: ServerSettings) -> str:
    return "" if server.tls is TlsMode.NONE else server.minimum_tls


def _place(host: str, user: str) -> str:
    return f"relay/{host}/{user}"


def _sealed(server: ServerSettings) -> str:
    if not server.user:
        return ""
    return secrets.seal(server.password, context=_place(server.host, server.user))


def _opened(row: RelaySettings) -> str:
    if not row.password_sealed:
        return ""
    return secrets.unseal(row.password_sealed, context=_place(row.host, row.user))
