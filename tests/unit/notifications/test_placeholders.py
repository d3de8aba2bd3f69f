"""Variables in the text of a mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.mail import placeholders
from notifications.mail.placeholders import escape_html, one_line, parse, refuse_unknown

NAMES = frozenset({"ui_user_name", "ui_password", "ui_first_name"})


def fill(source, values, **options):
    return parse(source, NAMES).fill(values, **options)


def test_a_variable_is_replaced_by_its_value():
    assert fill("Dear $ui_first_name$, sign in.", {"ui_first_name": "Gita"}) == "Dear Gita, sign in."


def test_a_password_in_the_text_part_is_not_escaped():
    assert fill("$ui_password$", {"ui_password": "p&ss<1>"}) == "p&ss<1>"


def test_a_value_is_escaped_in_the_html_part_and_keeps_its_line_ends():
    values = {"ui_first_name": "<b>G</b>\nita\"'"}
    filled = fill("<p>$ui_first_name$</p>", values, escape=escape_html)
    assert filled == "<p>&lt;b&gt;G&lt;/b&gt;<br>\nita&quot;&#x27;</p>"


def test_a_value_that_looks_like_a_variable_is_not_replaced_again():
    values = {"ui_first_name": "$ui_password$", "ui_password": "secret"}
    assert fill("$ui_first_name$", values) == "$ui_password$"


def test_an_unknown_name_stays_as_it_is_when_the_mail_is_sent():
    assert fill("$unknown$ $5 $$ $UI_USER_NAME$ $ui user$", {}) == "$unknown$ $5 $$ $UI_USER_NAME$ $ui user$"


def test_a_template_language_in_the_text_stays_as_it_is():
    source = "{{ 7*7 }} {% include 'passwd' %} ${7*7} <%= 7 %>"
    assert fill(source, {}) == source


def test_saving_a_text_names_every_unknown_variable_once():
    with pytest.raises(placeholders.UnknownVariables) as refused:
        refuse_unknown("$ui_user_name$ $ssid$ $x$ $ssid$", NAMES)
    assert refused.value.names == ("ssid", "x")


def test_a_variable_without_a_value_leaves_nothing():
    assert fill("[$ui_first_name$]", {}) == "[]"


def test_a_value_loses_control_and_reordering_characters_and_what_exceeds_two_thousand():
    assert placeholders.clean_value("a\0b\x1b[1m\u202ec\r\nd\re") == "ab[1mc\nd\ne"
    assert len(placeholders.clean_value("x" * 3000)) == 2000


def test_a_text_that_grows_beyond_its_limit_is_refused():
    with pytest.raises(placeholders.OutputTooLong):
        fill("$ui_user_name$" * 200, {"ui_user_name": "x" * 2000})


def test_a_header_value_is_one_line():
    assert one_line("a\r\n Bcc: x\t y\u2028z") == "a Bcc: x y z"


@given(st.text(alphabet="$abcui_ \n<", max_size=200))
def test_any_text_without_values_keeps_its_literals(source):
    text = parse(source, NAMES)
    rebuilt = text.literals[0] + "".join(
        f"${name}${literal}" for name, literal in zip(text.names, text.literals[1:], strict=True)
    )
    assert rebuilt == source
