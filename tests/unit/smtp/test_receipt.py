"""The name a server gives to a message it took."""

import pytest

from notifications.smtp.protocol import Reply
from notifications.smtp.receipt import Accepted, find_queue_id, receipt

EXCHANGE = (
    "2.6.0 <366327480.7.1603718485230@ISE3-1> [InternalId=201137613468157, Hostname=XCH-ALN-001.cisco.com]"
)


@pytest.mark.parametrize(
    ("text", "queue_id"),
    [
        ("2.0.0 Ok: queued as 4XyZ1234abcz", "4XyZ1234abcz"),
        ("2.0.0 Ok: queued as 8F2A7C0123.", "8F2A7C0123"),
        (EXCHANGE, "201137613468157"),
        ("OK id=1tFabc-0001Ab-2C", "1tFabc-0001Ab-2C"),
        ("2.0.0 4AO3abc0012345 Message accepted for delivery", "4AO3abc0012345"),
        ("2.6.0 Message accepted", ""),
        ("OK", ""),
        ("", ""),
    ],
)
def test_the_queue_id_is_found(text: str, queue_id: str):
    assert find_queue_id(text) == queue_id


def test_the_answer_of_the_document_is_read():
    assert receipt(Reply(250, (EXCHANGE,)), "173.37.182.6:25") == Accepted(
        250, "2.6.0", EXCHANGE, "201137613468157", "173.37.182.6:25"
    )
