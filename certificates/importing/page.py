"""What the page of an upload shows: its certificates with all that is to be known, or how far a worker is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms

from certificates import usages, words
from certificates.importing import uploads
from certificates.importing.choice_form import ChoiceForm
from certificates.importing.choosing import MOST_AT_ONCE
from certificates.importing.judging import Judgement, judge
from certificates.importing.naming import NameGiver
from certificates.importing.working import SILENT_AFTER
from certificates.models import Upload, UploadState
from certificates.pki.fields import CertificateFields, pairs
from certificates.pki.verdict import Finding


@dataclass(frozen=True)
class Card:
    """One certificate of an upload on its page."""

    place: int
    judgement: Judgement
    form: ChoiceForm

    @property
    def fields(self) -> CertificateFields:
        """What the certificate says."""
        return self.judgement.item.fields

    @property
    def stood_at(self) -> str:
        """File and block it came from."""
        return words.place_of(self.judgement.item.place)

    @property
    def sha256(self) -> str:
        """The fingerprint to compare with another source."""
        return pairs(self.fields.sha256)

    @property
    def sha1(self) -> str:
        """The fingerprint that older systems show."""
        return pairs(self.fields.sha1)

    @property
    def serial(self) -> str:
        """The serial number in pairs."""
        return pairs(self.fields.serial_hex)

    @property
    def said(self) -> list[str]:
        """The warnings in words."""
        return [words.sentence_of(finding) for finding in self.judgement.warnings]

    @property
    def is_taken(self) -> bool:
        """Whether it is ticked."""
        return self.place in self.form.taken

    @property
    def errors(self) -> list[str]:
        """Why it was not imported."""
        return self.form.by_place.get(self.place, [])

    @property
    def name(self) -> forms.BoundField | None:
        """The field of its friendly name; none in a large bundle."""
        return self._field("name")

    @property
    def replacement(self) -> forms.BoundField | None:
        """The field that offers to replace an older one; none where there is none."""
        return self._field("replace")

    def _field(self, kind: str) -> forms.BoundField | None:
        name = f"{kind}_{self.place}"
        return self.form[name] if name in self.form.fields else None


@dataclass(frozen=True)
class Box:
    """One row of the table of what each usage box does."""

    label: Any
    needs: tuple[Any, ...]
    consumers: tuple[usages.Consumer, ...]

    @property
    def is_used(self) -> bool:
        """Whether anything asks for the box today."""
        return any(consumer.exists for consumer in self.consumers)


@dataclass(frozen=True)
class ResultLine:
    """What became of one certificate."""

    shown: str
    name: str = ""
    certificate_id: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Progress:
    """How far an upload is; `seen` changes whenever there is something new to show."""

    upload: Upload
    now: datetime

    @property
    def total(self) -> int:
        """How many certificates were chosen."""
        return len(uploads.choice_of(self.upload).taken)

    @property
    def is_open(self) -> bool:
        """Whether another look is worth while."""
        return self.upload.state in {UploadState.REQUESTED, UploadState.RUNNING}

    @property
    def is_silent(self) -> bool:
        """Whether no worker has taken it up in the time that one needs."""
        waited = self.now - (self.upload.touched_at or self.now)
        return self.upload.state == UploadState.REQUESTED and waited >= SILENT_AFTER

    @property
    def seen(self) -> str:
        """A short mark of what is shown."""
        return f"{self.upload.state}.{self.upload.done_count}.{int(self.is_silent)}"

    @property
    def imported(self) -> list[ResultLine]:
        """What is stored so far."""
        return [line for line in self._lines if line.certificate_id is not None]

    @property
    def skipped(self) -> list[ResultLine]:
        """What is not stored, with the reasons."""
        return [line for line in self._lines if line.certificate_id is None]

    @property
    def _lines(self) -> list[ResultLine]:
        return [_result_line(kept) for kept in self.upload.results]


def form_of(upload: Upload, data: Any, *, now: datetime) -> ChoiceForm:
    """The form of an upload, filled with what was sent."""
    certificates = uploads.certificates_of(upload)
    judged = dict(zip(certificates, judge(list(certificates.values()), now=now), strict=True))
    names = _default_names(judged) if len(judged) <= MOST_AT_ONCE else {}
    return ChoiceForm(judged, names, data)


def context_of(upload: Upload, form: ChoiceForm) -> dict[str, Any]:
    """What stands on the page around the form."""
    cards = [Card(place, judgement, form) for place, judgement in form.judged.items()]
    return {
        "upload": upload,
        "form": form,
        "cards": cards,
        "is_large": len(cards) > MOST_AT_ONCE,
        "duplicates": sum(1 for card in cards if card.judgement.duplicate),
        "faults": [_said(finding) for finding in uploads.faults_of(upload)],
        "boxes": [_box(usage) for usage in usages.Usage],
    }


def _default_names(judged: Mapping[int, Judgement]) -> dict[int, str]:
    names = NameGiver()
    return {
        place: names.default_for(judgement.item.fields)
        for place, judgement in judged.items()
        if judgement.duplicate is None
    }


def _box(usage: usages.Usage) -> Box:
    needs: Sequence[usages.Usage] = usages.NEEDS[usage]
    return Box(usages.LABELS[usage], tuple(usages.LABELS[need] for need in needs), usages.CONSUMERS[usage])


def _result_line(kept: Mapping[str, Any]) -> ResultLine:
    if "id" in kept:
        return ResultLine(kept["shown"], kept["name"], kept["id"])
    return ResultLine(kept["shown"], reason=_said(uploads.finding_of(kept["finding"])))


def _said(finding: Finding) -> str:
    return words.sentence_of(finding)
