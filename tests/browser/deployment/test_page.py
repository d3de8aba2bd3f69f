"""The Deployment page in a real browser, with nodes that are well and nodes that are not."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from deployment import heartbeat
from deployment.leases import keep_duties
from deployment.personas import Persona
from tests.support import people
from tests.support.browser import PHONE, WIDE, Visitor
from tests.support.nodes import ALL_PERSONAS, add_node

Visit = Callable[..., Visitor]
PAGE = "/admin/system/deployment/"


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
def test_the_page_reads_well_with_a_silent_primary(
    visit: Visit, now: datetime, size: tuple[int, int], scheme: str
) -> None:
    heartbeat.register(personas=ALL_PERSONAS, now=now)
    heartbeat.stamp_daemon(timezone.now())
    heartbeat.stamp_worker(timezone.now())
    add_node("ise3-2", now - timedelta(minutes=5), (Persona.PAN, Persona.PSN))
    keep_duties((Persona.PAN,), holder="ise3-2", now=now - timedelta(minutes=5))
    keep_duties((Persona.MNT,), holder="ise3-1", now=now)
    visitor = visit(people.hana(), size=size, scheme=scheme)
    visitor.open(PAGE)
    page = visitor.page
    assert page.get_by_text("ise3-2, silent").count() == 2
    assert page.get_by_text("Listening").is_visible()
    assert visitor.axe() == []
    assert visitor.overflow() == 0
