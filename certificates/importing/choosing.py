"""An admin's choice is carried out: a few certificates at once, all or none, and many by a worker."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from certificates.importing import replacing, rows, uploads
from certificates.importing.choice import Choice
from certificates.importing.judging import Judgement, judge, usage_findings
from certificates.importing.naming import NameGiver, is_default_name, is_name_taken
from certificates.importing.rows import Imported, Stamp
from certificates.models import StoreVersion, Upload, UploadState
from certificates.pki.verdict import Finding
from console import audit
from deployment.broker import BrokerGone, publish
from deployment.personas import Persona, persona_queue

log = logging.getLogger(__name__)

TASK: Final = "certificates.import_upload"
MOST_AT_ONCE: Final = 50
"""Certificates that are stored while their admin waits for the page."""


class ChoiceRefused(Exception):
    """Nothing was stored; `general` concerns the whole choice, `by_place` single certificates."""

    def __init__(
        self, general: Sequence[Finding], by_place: Mapping[int, Sequence[Finding]] | None = None
    ) -> None:
        found = [*general, *(finding for part in (by_place or {}).values() for finding in part)]
        super().__init__(", ".join(finding.code for finding in found))
        self.general = tuple(general)
        self.by_place = {place: tuple(part) for place, part in (by_place or {}).items()}


@dataclass(frozen=True)
class Outcome:
    """What became of a choice; `is_new` is false when it had been made before, in another tab for example."""

    state: UploadState
    stored: tuple[Imported, ...] = ()
    is_new: bool = True


def choose(*, upload_id: UUID, choice: Choice, actor: str, now: datetime, address: str = "") -> Outcome:
    """Store the chosen certificates, or have a worker do it when they are more than 50.

    A choice is made once: what comes later changes nothing. Raises ChoiceRefused and UploadGone.
    """
    stamp = Stamp(actor, now, address)
    with transaction.atomic():
        Upload.objects.select_for_update().filter(pk=upload_id).first()
        upload = uploads.of_admin(upload_id, actor=actor, now=now)
        if upload.state != UploadState.SHOWN:
            return Outcome(UploadState(upload.state), is_new=False)
        certificates = uploads.certificates_of(upload, choice.taken)
        judged = dict(zip(certificates, judge(list(certificates.values()), now=now), strict=True))
        choice = replace(choice, taken=tuple(judged))
        _refuse_faults(choice, judged)
        if len(judged) > MOST_AT_ONCE:
            _request(upload, choice, stamp)
            return Outcome(UploadState.REQUESTED)
        stored = _store_all(choice, judged, stamp)
        results = [imported_result(place, judged[place], done) for place, done in stored.items()]
        _end(upload, choice, results, now)
    return Outcome(UploadState.DONE, tuple(stored.values()))


def store_one(place: int, judgement: Judgement, choice: Choice, names: NameGiver, stamp: Stamp) -> Imported:
    """Store one certificate as chosen, inside a transaction; raises NothingToReplace and IntegrityError."""
    replacement = choice.replacements.get(place)
    if replacement is not None:
        return replacing.replace(choice.wish(place, judgement, ""), replacement, stamp)
    wanted = choice.names.get(place, "")
    name = wanted or names.default_for(judgement.item.fields)
    if is_default_name(wanted, judgement.item.fields) and is_name_taken(wanted):
        name = names.default_for(judgement.item.fields)
    return rows.store(choice.wish(place, judgement, name), stamp)


def imported_result(place: int, judgement: Judgement, done: Imported) -> dict[str, Any]:
    """The line of the result list for a certificate that is stored."""
    shown = judgement.item.fields.display_name
    return {"place": place, "shown": shown, "id": done.id, "name": done.friendly_name}


def skipped_result(place: int, judgement: Judgement, finding: Finding) -> dict[str, Any]:
    """The line of the result list for a certificate that is not stored, with the reason."""
    return {"place": place, "shown": judgement.item.fields.display_name, "finding": finding.as_json()}


def waker(upload_id: UUID) -> Callable[[], None]:
    """What sends the task after the commit; without a broker the upload waits for the daemon to send it."""

    def wake() -> None:
        try:
            publish(TASK, str(upload_id), queue=persona_queue(Persona.PAN))
        except BrokerGone as error:
            log.warning("The broker took no message (%s); the import waits", error)

    return wake


def _refuse_faults(choice: Choice, judged: Mapping[int, Judgement]) -> None:
    general = [] if judged else [Finding("NOTHING_CHOSEN", {}, "E")]
    general += usage_findings(choice.usages)
    by_place = {place: choice.findings(place, judgement) for place, judgement in judged.items()}
    seen: set[str] = set()
    for place, judgement in judged.items():
        by_place[place] += _name_findings(choice, place, judgement, seen)
    by_place = {place: found for place, found in by_place.items() if found}
    if general or by_place:
        raise ChoiceRefused(general, by_place)


def _name_findings(choice: Choice, place: int, judgement: Judgement, seen: set[str]) -> list[Finding]:
    name = choice.names.get(place, "")
    if not name or place in choice.replacements or is_default_name(name, judgement.item.fields):
        return []
    if name.lower() in seen:
        return [Finding("NAME_TWICE", {"name": name}, "E")]
    seen.add(name.lower())
    return [Finding("NAME_TAKEN", {"name": name}, "E")] if is_name_taken(name) else []


def _store_all(choice: Choice, judged: Mapping[int, Judgement], stamp: Stamp) -> dict[int, Imported]:
    names = NameGiver()
    stored = {}
    for place, judgement in judged.items():
        try:
            stored[place] = store_one(place, judgement, choice, names, stamp)
        except replacing.NothingToReplace as refusal:
            raise ChoiceRefused((), {place: [refusal.finding]}) from refusal
        except IntegrityError as error:
            raise ChoiceRefused([Finding("CHANGED_MEANWHILE", {}, "E")]) from error
    StoreVersion.bump()
    return stored


def _end(upload: Upload, choice: Choice, results: list[dict[str, Any]], now: datetime) -> None:
    Upload.objects.filter(pk=upload.pk).update(
        state=UploadState.DONE,
        choice=choice.as_json(),
        results=results,
        done_count=len(results),
        data=b"",
        ended_at=now,
    )


def _request(upload: Upload, choice: Choice, stamp: Stamp) -> None:
    kept = choice.as_json() | {"address": stamp.address}
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.REQUESTED, choice=kept, touched_at=stamp.now)
    audit.record(
        actor=stamp.actor,
        action="certificate.import_many",
        target=str(upload.pk),
        after={
            "count": len(choice.taken),
            "trusted_for": kept["usages"],
            "confirmed": kept["confirmed"],
            "validate_extensions": choice.validate_extensions,
        },
        now=stamp.now,
        address=stamp.address,
    )
    transaction.on_commit(waker(upload.pk), robust=True)
