"""What is read from the answer to EHLO."""

from notifications.smtp.extensions import parse_extensions
from notifications.smtp.protocol import Reply


def test_keywords_and_their_words_are_read():
    found = parse_extensions(Reply(250, ("host Hello", "SIZE 37748736", "pipelining", "AUTH PLAIN LOGIN")))
    assert found.has("PIPELINING")
    assert found.max_message_bytes == 37748736
    assert found.mechanisms == ("PLAIN", "LOGIN")


def test_the_old_form_of_auth_counts_and_is_not_doubled():
    exchange = ("DC1.testlab.com Hello", "AUTH=LOGIN", "AUTH LOGIN", "TURN", "SIZE", "ETRN")
    found = parse_extensions(Reply(250, exchange))
    assert found.mechanisms == ("LOGIN",)
    assert found.max_message_bytes is None


def test_the_old_form_alone_is_enough():
    assert parse_extensions(Reply(250, ("host", "AUTH=LOGIN PLAIN"))).mechanisms == ("LOGIN", "PLAIN")


def test_the_first_line_is_a_greeting_and_no_extension():
    assert not parse_extensions(Reply(250, ("STARTTLS", "SIZE 0"))).has("STARTTLS")


def test_size_zero_means_no_limit():
    assert parse_extensions(Reply(250, ("host", "SIZE 0"))).max_message_bytes is None


def test_strange_sizes_are_no_limit():
    assert parse_extensions(Reply(250, ("host", "SIZE ٣"))).max_message_bytes is None
    assert parse_extensions(Reply(250, ("host", "SIZE -1"))).max_message_bytes is None
