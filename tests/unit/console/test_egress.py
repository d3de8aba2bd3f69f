"""The outbound gate's decisions."""

import pytest

from console import egress
from ise_mail.env import Address


@pytest.mark.parametrize(
    ("address", "port", "reason"),
    [
        ("127.0.0.1", 25, egress.Refusal.LOOPBACK),
        ("127.8.9.10", 587, egress.Refusal.LOOPBACK),
        ("::1", 25, egress.Refusal.LOOPBACK),
        ("::ffff:127.0.0.1", 25, egress.Refusal.LOOPBACK),
        ("0.0.0.0", 25, egress.Refusal.UNSPECIFIED),
        ("::", 25, egress.Refusal.UNSPECIFIED),
        ("169.254.169.254", 25, egress.Refusal.LINK_LOCAL),
        ("::ffff:169.254.169.254", 25, egress.Refusal.LINK_LOCAL),
        ("fe80::1%eth0", 25, egress.Refusal.LINK_LOCAL),
        ("224.0.0.251", 25, egress.Refusal.MULTICAST),
        ("255.255.255.255", 25, egress.Refusal.MULTICAST),
        ("ff02::1", 25, egress.Refusal.MULTICAST),
        ("10.0.0.5", 6379, egress.Refusal.PORT),
        ("192.0.2.10", 80, egress.Refusal.PORT),
        ("2130706433", 25, egress.Refusal.NOT_AN_ADDRESS),
        ("mail.testlab.com", 25, egress.Refusal.NOT_AN_ADDRESS),
    ],
)
def test_an_address_no_relay_stands_at_is_refused_with_its_reason(
    address: str, port: int, reason: str
) -> None:
    assert egress.refusal(address, port) == reason


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.1.9", "172.16.0.4", "192.0.2.10", "2001:db8::25"])
@pytest.mark.parametrize("port", [25, 465, 587, 2525])
def test_private_and_public_relays_are_allowed_on_the_mail_ports(address: str, port: int) -> None:
    assert egress.refusal(address, port) is None


def test_a_listed_port_on_this_machine_is_allowed_and_no_other(settings) -> None:
    settings.ISE_MAIL_EGRESS_ALLOW = (Address("localhost", 2587),)

    assert egress.refusal("127.0.0.1", 2587) is None
    assert egress.refusal("::1", 2587) is None
    assert egress.refusal("127.0.0.1", 2588) == egress.Refusal.LOOPBACK
    assert egress.refusal("127.0.0.2", 2587) == egress.Refusal.LOOPBACK
