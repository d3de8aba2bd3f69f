"""What may be shown of a conversation."""

import base64

import pytest

from notifications.smtp.transcript import STRUCK_OUT, Line, Redactor, Speaker, decoded, printable, shortened


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "said",
    ["C!sco123é", b64("C!sco123é"), b64("\0relay\0C!sco123é"), b64("relay\0relay\0C!sco123é")],
)
def test_a_secret_is_struck_out_in_every_form(said: str):
    assert Redactor("relay", "C!sco123é").clean(f"535 you said {said}!") == f"535 you said {STRUCK_OUT}!"


def test_a_secret_with_control_characters_is_struck_out_of_printable_text():
    assert Redactor("relay", "tab\there").clean(printable("you said tab\there")) == f"you said {STRUCK_OUT}"


def test_a_password_of_three_letters_does_not_blot_the_transcript():
    assert Redactor("relay", "ESM").clean("220 ESMTP ready") == "220 ESMTP ready"
    assert Redactor("relay", "ESM").clean(b64("ESM")) == STRUCK_OUT


def test_without_a_password_nothing_is_struck_out():
    assert Redactor("", "").clean("220 ready") == "220 ready"


def test_plain_text_stays_as_it_is():
    assert printable("Délai d'attente · 中文 <b>") == "Délai d'attente · 中文 <b>"


def test_what_could_change_a_terminal_or_a_page_is_escaped():
    assert printable("\x1b[2J\u200b\u2028\U000e0001") == "\\x1b[2J\\u200b\\u2028\\U000e0001"


def test_bytes_become_text_whatever_they_are():
    assert decoded(bytes(range(256))).isprintable()


def test_a_long_line_is_cut_with_a_mark():
    assert shortened("x" * 20, 10) == "x" * 9 + "…"
    assert shortened("short", 10) == "short"


def test_a_line_says_who_spoke():
    assert str(Line(Speaker.CLIENT, "EHLO ise3-1")) == "C: EHLO ise3-1"
