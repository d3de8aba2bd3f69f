"""From a claimed mail to the bytes that are sent: a pure function of its text and its values."""

from console.secrets import KeyMissing, SecretsError
from notifications import categories, wording
from notifications.claims import Claim
from notifications.mail.compose import Letterhead, MessageMalformed, compose
from notifications.mail.placeholders import OutputTooLong
from notifications.payload import holds_everything, open_values


class CannotBeWritten(Exception):
    """The message of a mail cannot be made, now or ever; `code` says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def message_of(item: Claim) -> bytes:
    """Return the message of a mail, the same bytes on every attempt; raises CannotBeWritten."""
    try:
        row = categories.category(item.category)
    except categories.UnknownCategory as error:
        raise CannotBeWritten("INTERNAL", f"No mail is called {item.category!r} any more.") from error
    if not holds_everything(row, values_sealed=item.values_sealed, secrets_sealed=item.secrets_sealed):
        raise CannotBeWritten("VALUES_ERASED", "What stood in the mail is no longer held.")
    try:
        values = open_values(item.id, values_sealed=item.values_sealed, secrets_sealed=item.secrets_sealed)
    except KeyMissing as error:
        raise CannotBeWritten("KEY_MISSING", str(error)) from error
    except SecretsError as error:
        raise CannotBeWritten("SEAL_BROKEN", str(error)) from error
    text = wording.text_by_digest(item.text_digest)
    head = Letterhead(
        sender=item.from_header,
        recipient=item.recipient,
        date=item.created_at,
        message_id=item.message_id,
        language=text.language,
    )
    try:
        return compose(wording.render(text, row, values), head)
    except (OutputTooLong, MessageMalformed) as error:
        raise CannotBeWritten("MESSAGE_MALFORMED", str(error) or "The mail is too long.") from error
