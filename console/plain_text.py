"""Text for one line that shows what it holds: no control, direction or invisible characters."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_JOINERS = frozenset("\u200c\u200d")
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_USER_NAME = re.compile(r"[A-Za-z0-9._@-]+")


def escaped(text: str, *, keep: str = "") -> str:
    """Return the text with what a terminal would obey and what nobody sees spelled out, such as \\x1b.

    `keep` names characters that stay as they are, such as line breaks in text of our own.
    """
    return "".join(
        character.encode("unicode_escape").decode()
        if _is_hidden(text, index) and character not in keep
        else character
        for index, character in enumerate(text)
    )


def refuse_hidden_characters(text: str) -> None:
    """Raise ValidationError for characters that nobody sees or that turn the text around.

    The two joiners stand between letters in Persian and Indic names (Unicode Standard Annex 31, 2.3), so
    they are taken there and nowhere else.
    """
    for index in range(len(text)):
        if _is_hidden(text, index):
            raise ValidationError(_("Leave out line breaks, control characters and invisible characters."))
    if text and not count_visible(text):
        raise ValidationError(_("Enter at least one character that can be seen."))


def count_visible(text: str) -> int:
    """Return how many letters, digits and signs a reader sees; spaces and combining marks do not count."""
    return sum(
        unicodedata.category(character)[0] in "LNPS" and not _is_hidden(text, index)
        for index, character in enumerate(text)
    )


def refuse_unusual_user_name(name: str) -> None:
    """Raise ValidationError unless the name has only ASCII letters, digits and . _ - @."""
    if not _USER_NAME.fullmatch(name):
        raise ValidationError(_("Use letters without accents, digits and the characters . _ - @ only."))


def _is_hidden(text: str, index: int) -> bool:
    character = text[index]
    if character in _JOINERS and _is_between_letters(text, index):
        return False
    return character in _UNSEEN or unicodedata.category(character) in _REFUSED_CATEGORIES


def _is_between_letters(text: str, index: int) -> bool:
    around = text[index - 1 : index] + text[index + 1 : index + 2]
    return len(around) == 2 and all(
        unicodedata.category(one)[0] in "LM" and ord(one) > 0x590 for one in around
    )
