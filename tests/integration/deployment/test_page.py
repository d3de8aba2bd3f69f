"""The Deployment page."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from deployment import heartbeat
from deployment.leases import keep_duties
from deployment.models import Node
from deployment.personas import Persona
from tests.support import people
from tests.support.nodes import ALL_PERSONAS, add_node

pytestmark = pytest.mark.django_db
PAGE = "/admin/system/deployment/"


def shown() -> str:
    return people.client_for(people.hana()).get(PAGE).content.decode()


def test_without_a_node_the_page_says_how_one_comes_about() -> None:
    page = shown()
    assert "No node has registered yet" in page
    assert "no node" in page


def test_a_whole_node_is_standalone_listening_and_sends_everything(now: datetime) -> None:
    heartbeat.register(personas=ALL_PERSONAS, now=now)
    heartbeat.stamp_daemon(timezone.now())
    heartbeat.stamp_worker(timezone.now())
    keep_duties(ALL_PERSONAS, holder="ise3-1", now=timezone.now())
    page = shown()
    for words in ("Standalone", "ise3-1.testlab.com", "PAN", "MnT", "PSN", "Listening", "just now"):
        assert words in page
    assert "gives no sign of life" not in page
    assert page.count('<span class="im-node">ise3-1</span>') == 4


def test_a_silent_node_is_named_with_what_its_silence_means(now: datetime) -> None:
    add_node("ise3-1", now)
    add_node("ise3-2", now - timedelta(minutes=5), (Persona.PSN,))
    page = shown()
    assert "2 nodes give no sign of life" in page
    assert "Silent" in page
    assert "5 minutes ago" in page


def test_a_silent_primary_is_named_and_the_way_out_with_it(now: datetime) -> None:
    add_node("ise3-1", now - timedelta(minutes=5))
    keep_duties((Persona.PAN,), holder="ise3-1", now=now - timedelta(minutes=5))
    page = shown()
    assert "ise3-1, silent" in page
    assert "manage.py node_promote" in page


def test_a_node_with_another_key_ring_is_pointed_out(now: datetime) -> None:
    people.hana()
    add_node("ise3-2", now)
    Node.objects.update(key_ids=["k0"])
    assert "It lacks keys in use: " in shown()
