"""From a code with parameters to words: what is wrong and what to do about it, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from certificates.chain_words import CHAIN, TLS
from certificates.detail_words import detail_of, reason_of
from certificates.importing.words import IMPORT, WARNINGS
from certificates.pki.verdict import Finding
from certificates.revocation.words import REVOCATION
from certificates.usages import LABELS, Usage
from console import moments

TABLE: Final = {**CHAIN, **TLS, **IMPORT, **WARNINGS, **REVOCATION}
VALUE_LENGTH: Final = 300
_DUMP: Final = re.compile(r"[:,]?\s*\w+\s*\{.*", re.DOTALL)
"""What a library prints of its own structures behind its sentence, such as `: ParseError { kind: … }`."""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+\d:Z]*")
OTHER: Final = (
    gettext_lazy("The certificates were refused (%(code)s)."),
    gettext_lazy("Look into the log of this node."),
)


@dataclass(frozen=True)
class Words:
    """One sentence on the cause and one on the remedy; plain text that the page still has to escape."""

    cause: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.cause} {self.remedy}"


def text_of(code: str, params: Mapping[str, str]) -> Words:
    """Put a code of the trust taxonomy into words; an unknown code gets a sentence that names it."""
    cause, remedy = TABLE.get(code, OTHER)
    values = _Values(_readable(code, params))
    told = str(cause) % values
    if params.get("file") and "block" not in params:
        told = _("“%(file)s”: %(cause)s") % {"file": values["file"], "cause": told}
    return Words(told, str(remedy) % values)


def sentence_of(finding: Finding) -> str:
    """Cause and remedy of a finding in one line."""
    return str(text_of(finding.code, finding.params))


def place_of(params: Mapping[str, str]) -> str:
    """Where something stood in an upload: the number of its block, with the file when there were several."""
    block = params.get("block", "")
    if not params.get("file"):
        return block
    return _("%(block)s of “%(file)s”") % {"block": block, "file": params["file"][:VALUE_LENGTH]}


class _Values(dict[str, str]):
    """Parameters that show a dash where one is missing, so that a sentence never fails."""

    def __missing__(self, key: str) -> str:
        return "—"


def _readable(code: str, params: Mapping[str, str]) -> dict[str, str]:
    values = {name: _shown(name, str(value))[:VALUE_LENGTH] or "—" for name, value in params.items()}
    values["code"] = code
    values["who"] = _who(params)
    if "block" in params:
        values["block"] = place_of(params)
    for name in ("usage", "needed", "usages", "needs"):
        if _are_usages(params.get(name)):
            values[name] = usage_labels(params[name])
    if params.get("date"):
        values["date"] = _date(params["date"])
    for name in {"detail", "text"} & values.keys():
        values[name] = _MOMENT.sub(lambda found: _date(found[0]), _DUMP.sub("", values[name]))
    if params.get("fault") in TABLE:
        values["why"] = text_of(params["fault"], {k: v for k, v in params.items() if k != "fault"}).cause
    if params.get("days", "").isdigit():
        days = int(params["days"])
        values |= {"ago": _ago(days), "ahead": _ahead(days)}
    return values


def _shown(name: str, value: str) -> str:
    """A parameter in words, where it is a reason or a detail that has some."""
    if name == "reason":
        return reason_of(value)
    return detail_of(value) if name == "detail" else value


def _are_usages(codes: str | None) -> bool:
    """Whether a parameter names boxes, or none of them; others of that name are numbers or key usages."""
    return codes is not None and set(codes.split(",")) - {""} <= set(Usage)


def usage_labels(codes: str) -> str:
    """The labels of comma-separated usage codes, as ISE prints them."""
    labels = [str(LABELS[Usage(code)]) for code in codes.split(",") if code in set(Usage)]
    return ", ".join(labels) or _("nothing")


def _who(params: Mapping[str, str]) -> str:
    name = params.get("name", "")[:VALUE_LENGTH]
    match params.get("role"):
        case "server":
            return _("The certificate of the server, “%(name)s”,") % {"name": name}
        case "issuer":
            return _("The issuing certificate “%(name)s”") % {"name": name}
    return _("The certificate “%(name)s”") % {"name": name}


def _ago(days: int) -> str:
    if not days:
        return _("less than a day ago")
    return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}


def _ahead(days: int) -> str:
    if not days:
        return _("in less than a day")
    return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}


def _date(text: str) -> str:
    try:
        return moments.brief(datetime.fromisoformat(text))
    except ValueError:
        return text
