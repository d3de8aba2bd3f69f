"""The connection test as a job: requested here, run by each node's own worker, watched through its row."""

import logging
import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from celery import current_task
from django.conf import settings
from django.db import transaction

from certificates import truststore
from console import audit, egress, secrets
from deployment.broker import BrokerGone, publish
from deployment.personas import node_queue
from notifications import relay_chain, words
from notifications.connection_results import end
from notifications.models.relay import ConnectionTest, RunState, columns_of
from notifications.relay_settings import check_cleartext, check_credentials, introduced, with_stored_password
from notifications.smtp import probe
from notifications.smtp.errors import Code
from notifications.smtp.settings import ServerSettings
from notifications.smtp.stages import StageReport
from notifications.smtp.transcript import Line

log = logging.getLogger(__name__)

TASK = "notifications.run_connection_test"
_SPARE = timedelta(seconds=15)


def request_test(
    *,
    server: ServerSettings,
    nodes: Sequence[str],
    actor: str,
    now: datetime,
    keep_password: bool = False,
    allow_cleartext_password: bool = False,
    is_bound_by_egress: bool = True,
    address: str = "",
) -> list[int]:
    """Write one test a node and wake its worker after the commit; return the ids in the order of `nodes`.

    The values need not be saved. Raises PasswordNeeded, CleartextRefused and CredentialsRefused.
    """
    check_credentials(server)
    check_cleartext(server, is_allowed=allow_cleartext_password)
    if server.user and keep_password:
        server = with_stored_password(server)
    group = uuid.uuid4()
    with transaction.atomic():
        ids = [
            _write(
                server,
                group=group,
                node=node,
                requested_by=actor,
                requested_at=now,
                allow_cleartext_password=allow_cleartext_password,
                is_bound_by_egress=is_bound_by_egress,
            )
            for node in dict.fromkeys(nodes)
        ]
        target = f"{server.host}:{server.port}"
        shown = {**columns_of(server), "nodes": list(nodes)}
        audit.record(actor=actor, action="smtp.test", target=target, after=shown, now=now, address=address)
        for node, test_id in zip(dict.fromkeys(nodes), ids, strict=True):
            transaction.on_commit(_waker(node, test_id), robust=True)
    return ids


def run_test(test_id: int, now: datetime) -> bool:
    """Run a requested test in this process and keep what it finds; return whether it was still to be run."""
    test = ConnectionTest.objects.filter(pk=test_id, node=settings.ISE_MAIL_NODE).first()
    if test is None or not _take_up(test, now):
        return False
    try:
        server = replace(test.server_without_password, password=_opened(test))
    except secrets.SecretsError:
        end(test, code=words.SECRET_UNREADABLE, params={"node": test.node})
        return True
    try:
        result = probe_server(
            server,
            now=now,
            on_stage=_keeper(test),
            permit=egress.refusal if test.is_bound_by_egress else None,
            allow_cleartext_password=test.allow_cleartext_password,
        )
    except Exception as problem:
        log.exception("The connection test %s failed unexpectedly", test_id)
        end(test, code=Code.INTERNAL, params={"detail": type(problem).__name__})
        return True
    found = result.as_json()
    end(test, **{**found, "stage": found["stage"] or ""})
    return True


def probe_server(
    server: ServerSettings,
    *,
    now: datetime,
    on_stage: probe.OnStage | None = None,
    permit: Callable[[str, int], str | None] | None = None,
    allow_cleartext_password: bool = False,
) -> probe.ProbeResult:
    """Test a server from this process, with the trusted certificates of now; an accepted chain is kept."""
    trust = truststore.view_for(truststore.Usage.INFRASTRUCTURE, now=now)
    result = probe.run(
        introduced(server),
        trust=trust,
        now=now,
        on_stage=on_stage,
        permit=permit,
        allow_cleartext_password=allow_cleartext_password,
    )
    relay_chain.record(server, result.verdict, trust=trust, now=now)
    return result


def _write(server: ServerSettings, **fields: Any) -> int:
    test = ConnectionTest.objects.create(**columns_of(server), **fields)
    if server.user:
        test.password_sealed = secrets.seal(server.password, context=_place(test))
        test.save(update_fields=["password_sealed"])
    return test.pk


def _take_up(test: ConnectionTest, now: datetime) -> bool:
    """Claim the test for this process: a task that comes twice finds it taken."""
    request = getattr(current_task, "request", None)
    return bool(
        ConnectionTest.objects.filter(pk=test.pk, state=RunState.REQUESTED).update(
            state=RunState.RUNNING,
            started_at=now,
            give_up_at=now + timedelta(seconds=test.timeout_seconds) + _SPARE,
            process_id=os.getpid(),
            worker=(request.hostname or "") if request else "",
        )
    )


def _keeper(test: ConnectionTest) -> probe.OnStage:
    def keep(stages: tuple[StageReport, ...], lines: tuple[Line, ...]) -> None:
        ConnectionTest.objects.filter(pk=test.pk, state=RunState.RUNNING).update(
            stages=[report.as_json() for report in stages], transcript=[str(line) for line in lines]
        )

    return keep


def _opened(test: ConnectionTest) -> str:
    return secrets.unseal(test.password_sealed, context=_place(test)) if test.password_sealed else ""


def _place(test: ConnectionTest) -> str:
    return f"connection-test/{test.pk}/{test.host}/{test.user}"


def _waker(node: str, test_id: int) -> Callable[[], None]:
    def wake() -> None:
        """Send the task; without a broker the test shows after seconds that nobody took it up."""
        try:
            publish(TASK, test_id, queue=node_queue(node))
        except BrokerGone as error:
            log.warning("The broker took no message (%s); the test waits", error)

    return wake
