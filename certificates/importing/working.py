"""A worker stores a large upload in chunks; whoever takes it up after a crash goes on where it ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from certificates.importing import replacing, uploads
from certificates.importing.choice import Choice
from certificates.importing.choosing import imported_result, skipped_result, store_one, waker
from certificates.importing.judging import Judgement, judge
from certificates.importing.naming import NameGiver, is_default_name, is_name_taken
from certificates.importing.rows import Stamp
from certificates.models import StoreVersion, Upload, UploadState
from certificates.pki.verdict import Finding
from deployment.personas import Persona, this_node

CHUNK: Final = 20
SILENT_AFTER: Final = timedelta(seconds=4)
"""A worker that listens takes an upload up in well under a second."""
ABANDONED_AFTER: Final = timedelta(seconds=10)
"""A chunk takes a second or two; who has stored none for so long has ended, or was never reached."""


def run(upload_id: UUID, *, clock: Callable[[], datetime]) -> None:
    """Store what is left of a requested upload; harmless when it is done, or another worker is at it."""
    names = NameGiver()
    while _advance(upload_id, names, clock()):
        pass


def take_up_again(now: datetime) -> None:
    """Send the uploads that nobody works on to the workers again, as soon as this node's worker listens."""
    quiet = Upload.objects.filter(
        state__in=(UploadState.REQUESTED, UploadState.RUNNING), touched_at__lte=now - ABANDONED_AFTER
    )
    waiting = list(quiet.values_list("pk", flat=True))
    if not waiting:
        return
    node = this_node()
    if Persona.PAN in node.personas and node.is_listening(now):
        for upload_id in waiting:
            waker(upload_id)()


def _advance(upload_id: UUID, names: NameGiver, now: datetime) -> bool:
    """Store the next chunk together with its results; say whether there may be more to do.

    The count of what is done moves first and by compare-and-set, so that no chunk is stored twice.
    """
    with transaction.atomic():
        upload = Upload.objects.filter(pk=upload_id).first()
        if upload is None or upload.state not in {UploadState.REQUESTED, UploadState.RUNNING}:
            return False
        choice, begin = uploads.choice_of(upload), upload.done_count
        places = choice.taken[begin : begin + CHUNK]
        moved = Upload.objects.filter(pk=upload_id, state=upload.state, done_count=begin).update(
            state=UploadState.RUNNING, done_count=begin + len(places), touched_at=now
        )
        if not moved:
            return False
        stamp = Stamp(upload.made_by, now, upload.choice.get("address", ""))
        results = [*upload.results, *_store_chunk(upload, places, names, stamp)]
        is_last = begin + len(places) >= len(choice.taken)
        ending = {"state": UploadState.DONE, "data": b"", "ended_at": now} if is_last else {}
        Upload.objects.filter(pk=upload_id).update(results=results, **ending)
        StoreVersion.bump()
    return not is_last


def _store_chunk(
    upload: Upload, places: tuple[int, ...], names: NameGiver, stamp: Stamp
) -> list[dict[str, Any]]:
    certificates = uploads.certificates_of(upload, places)
    own = {result["id"] for result in upload.results if "id" in result}
    judged = judge(list(certificates.values()), now=stamp.now, apart_from=own)
    choice = uploads.choice_of(upload)
    return [
        _result(place, judgement, choice, names, stamp)
        for place, judgement in zip(certificates, judged, strict=True)
    ]


def _result(
    place: int, judgement: Judgement, choice: Choice, names: NameGiver, stamp: Stamp
) -> dict[str, Any]:
    """Store one certificate or say why not: by now the store may hold what it did not when it was chosen."""
    findings = choice.findings(place, judgement)
    name = choice.names.get(place, "")
    if name and not is_default_name(name, judgement.item.fields) and is_name_taken(name):
        findings.append(Finding("NAME_TAKEN", {"name": name}, "E"))
    if findings:
        return skipped_result(place, judgement, findings[0])
    try:
        with transaction.atomic():
            return imported_result(place, judgement, store_one(place, judgement, choice, names, stamp))
    except replacing.NothingToReplace as refusal:
        return skipped_result(place, judgement, refusal.finding)
    except IntegrityError:
        return skipped_result(place, judgement, Finding("CHANGED_MEANWHILE", {}, "E"))
