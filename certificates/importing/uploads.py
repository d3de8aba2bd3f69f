"""Uploads of admins: taken in without being trusted, looked up by their owner only, gone after a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from certificates.importing import choice
from certificates.importing.choice import Choice
from certificates.models import Upload, UploadState
from certificates.pki import der, fields
from certificates.pki.parse import ParsedCertificate, SourceFile, read_files
from certificates.pki.verdict import Finding

KEPT_FOR: Final = timedelta(days=1)
MOST_OF_ONE_ADMIN: Final = 10
"""Uploads that wait for their owner's choice; the oldest make room."""
_UNDER_WAY: Final = (UploadState.REQUESTED, UploadState.RUNNING)


class UploadGone(Exception):
    """There is no such upload, it has expired, or it belongs to somebody else."""


def take_in(*, files: Sequence[SourceFile], actor: str, now: datetime) -> UUID:
    """Keep the certificates of the files for a day, so that their owner can choose; return the upload's id.

    Nothing is trusted yet. Raises ParseRefused.
    """
    reading = read_files(files)
    with transaction.atomic():
        waiting = Upload.objects.filter(made_by=actor, state=UploadState.SHOWN).order_by("-made_at", "-pk")
        surplus = waiting.values_list("pk", flat=True)[MOST_OF_ONE_ADMIN - 1 :]
        Upload.objects.filter(pk__in=list(surplus)).delete()
        upload = Upload.objects.create(
            data=b"".join(item.der for item in reading.certificates),
            count=len(reading.certificates),
            places=[[item.file, item.block] for item in reading.certificates],
            faults=[finding.as_json() for finding in reading.faults],
            made_by=actor,
            made_at=now,
        )
    return upload.pk


def of_admin(upload_id: UUID, *, actor: str, now: datetime) -> Upload:
    """Return an upload to the one who made it; raises UploadGone for everybody else and after a day."""
    upload = Upload.objects.filter(pk=upload_id, made_by=actor).first()
    if upload is None or (upload.state not in _UNDER_WAY and now - upload.made_at > KEPT_FOR):
        raise UploadGone
    return upload


def certificates_of(upload: Upload, places: Iterable[int] | None = None) -> dict[int, ParsedCertificate]:
    """Read the certificates of an upload again, all of them or those at some places, counted from 0."""
    held = list(der.split(bytes(upload.data)))
    wanted = range(len(held)) if places is None else places
    return {place: _read(held[place], upload.places[place]) for place in wanted if 0 <= place < len(held)}


def faults_of(upload: Upload) -> list[Finding]:
    """What the files held besides certificates that can be taken."""
    return [finding_of(kept) for kept in upload.faults]


def choice_of(upload: Upload) -> Choice:
    """What was chosen; nothing before that."""
    return choice.from_json(upload.choice)


def finding_of(kept: Mapping[str, Any]) -> Finding:
    """The finding that `Finding.as_json` wrote."""
    return Finding(kept["code"], kept["params"], kept["severity"])


def forget_old(now: datetime) -> int:
    """Delete the uploads of more than a day ago that no worker has to do with; return how many."""
    old = Upload.objects.filter(made_at__lt=now - KEPT_FOR).exclude(state__in=_UNDER_WAY)
    return old.delete()[0]


def _read(data: bytes, place: Sequence[Any]) -> ParsedCertificate:
    file, block = place
    return ParsedCertificate(block=block, der=data, fields=fields.read(fields.load(data)), file=file)
