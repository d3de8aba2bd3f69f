"""The reply parser: what is SMTP, what is not, and how much of it may come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.smtp.errors import Code
from notifications.smtp.protocol import (
    MAX_LINE_BYTES,
    MAX_REPLY_LINES,
    ProtocolViolation,
    Reply,
    ReplyReader,
    command,
)


def read(data: bytes) -> Reply | None:
    reader = ReplyReader()
    reader.feed(data)
    return reader.next_reply()


def violation(data: bytes) -> ProtocolViolation:
    with pytest.raises(ProtocolViolation) as caught:
        read(data)
    return caught.value


def test_one_line_is_a_reply():
    assert read(b"220 mail.testlab.com ESMTP\r\n") == Reply(220, ("mail.testlab.com ESMTP",))


def test_several_lines_make_one_reply():
    reply = read(b"250-first\r\n250-second\r\n250 last\r\n")
    assert reply == Reply(250, ("first", "second", "last"))
    assert reply.wire_lines == ("250-first", "250-second", "250 last")


def test_a_code_alone_is_a_reply():
    assert read(b"250\r\n") == Reply(250, ("",))


def test_a_line_feed_alone_ends_a_line_too():
    assert read(b"250 ok\n") == Reply(250, ("ok",))


def test_an_incomplete_reply_waits_for_more():
    reader = ReplyReader()
    for piece in (b"25", b"0-one\r", b"\n250", b" two\r"):
        reader.feed(piece)
        assert reader.next_reply() is None
    reader.feed(b"\n")
    assert reader.next_reply() == Reply(250, ("one", "two"))
    assert not reader.has_leftovers


def test_bytes_behind_a_reply_are_leftovers():
    reader = ReplyReader()
    reader.feed(b"220 go ahead\r\n250 injected\r\n")
    assert reader.next_reply() == Reply(220, ("go ahead",))
    assert reader.has_leftovers
    assert reader.leftovers == "250 injected\\x0d\\x0a"


@pytest.mark.parametrize(
    "line",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"+OK POP3 ready\r\n",
        b"\r\n",
        b"100 no\r\n",
        b"25x\r\n",
    ],
)
def test_another_protocol_is_not_smtp(line: bytes):
    problem = violation(line)
    assert problem.code == Code.NOT_SMTP
    assert problem.text == line.decode().rstrip("\r\n")


def test_lines_with_different_codes_are_refused():
    assert violation(b"250-one\r\n550 two\r\n").code == Code.REPLY_CODES_MIXED


def test_a_line_without_end_is_refused_before_it_grows():
    assert violation(b"220 " + b"x" * MAX_LINE_BYTES).code == Code.REPLY_LINE_TOO_LONG


def test_a_complete_line_beyond_the_limit_is_refused():
    assert violation(b"220 " + b"x" * MAX_LINE_BYTES + b"\r\n").code == Code.REPLY_LINE_TOO_LONG


def test_a_line_at_the_limit_is_read():
    reply = read(b"220 " + b"x" * (MAX_LINE_BYTES - 6) + b"\r\n")
    assert reply is not None and len(reply.lines[0]) == MAX_LINE_BYTES - 6


def test_too_many_lines_are_refused():
    assert violation(b"250-x\r\n" * (MAX_REPLY_LINES + 1)).code == Code.REPLY_TOO_LARGE


def test_too_many_bytes_are_refused():
    assert violation((b"250-" + b"x" * 4000 + b"\r\n") * 20).code == Code.REPLY_TOO_LARGE


def test_a_tls_record_on_a_plain_port_is_named():
    assert violation(b"\x15\x03\x03\x00\x02\x02\x28").code == Code.TLS_ON_PLAIN_PORT


def test_control_and_bidirectional_characters_become_visible():
    reply = read("220 a\x1b[31mb\u202ec\x07\r\n".encode())
    assert reply == Reply(220, ("a\\x1b[31mb\\u202ec\\x07",))


def test_bytes_that_are_no_utf8_become_visible():
    assert read(b"220 caf\xe9\r\n") == Reply(220, ("caf\\xe9",))


def test_the_text_of_a_reply_is_one_short_line():
    reply = Reply(550, ("5.1.1 " + "x" * 300, "more"))
    assert len(reply.text) == 200
    assert reply.text.startswith("550 5.1.1 xxx") and reply.text.endswith("…")


@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_bytes_in_any_pieces_give_the_same_outcome(data: bytes, size: int):
    def outcome(pieces: list[bytes]) -> list[object]:
        reader, seen = ReplyReader(), list[object]()
        try:
            for piece in pieces:
                reader.feed(piece)
                while (reply := reader.next_reply()) is not None:
                    seen.append(reply)
        except ProtocolViolation as problem:
            seen.append(problem.code)
        return seen

    assert outcome([data]) == outcome([data[i : i + size] for i in range(0, len(data), size)])


@pytest.mark.parametrize("word", ["a\r\nQUIT", "a\nb", "a\0b"])
def test_a_command_cannot_hold_a_second_one(word: str):
    with pytest.raises(ValueError, match="one line"):
        command("EHLO", word)
