"""A message on the wire: dots, ends of line, and what must not be sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.smtp.message import MessageMalformed, framed


def test_the_final_dot_stands_alone():
    assert framed(b"Subject: x\r\n\r\nbody\r\n") == b"Subject: x\r\n\r\nbody\r\n.\r\n"


def test_a_missing_last_line_end_is_added():
    assert framed(b"a: b\r\n\r\nbody") == b"a: b\r\n\r\nbody\r\n.\r\n"


def test_dots_at_the_beginning_of_lines_are_doubled():
    assert framed(b".\r\n..x\r\na.b\r\n") == b"..\r\n...x\r\na.b\r\n.\r\n"


@pytest.mark.parametrize(
    "body", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\r\n", b"a\n.\nb\r\n", b"a\r\n.\rb", b"a\0b"]
)
def test_what_two_servers_could_read_differently_is_refused(body: bytes):
    with pytest.raises(MessageMalformed):
        framed(body)


def test_a_line_of_998_bytes_is_the_longest():
    assert framed(b"x" * 998).startswith(b"xxx")
    with pytest.raises(MessageMalformed, match="too long"):
        framed(b"x" * 999)


@given(st.lists(st.binary(max_size=60).filter(lambda line: not set(line) & {0, 10, 13}), min_size=1))
def test_undoubling_gives_the_message_back(lines: list[bytes]):
    message = b"\r\n".join(lines) + b"\r\n"
    body = framed(message).removesuffix(b".\r\n")
    back = [line[1:] if line.startswith(b".") else line for line in body.split(b"\r\n")]
    assert b"\r\n".join(back) == message
    assert b"\r\n.\r\n" not in b"\r\n" + body
