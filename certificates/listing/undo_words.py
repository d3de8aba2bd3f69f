"""Says in words what an undone removal brought back."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import ngettext

from certificates.listing.restoring import Restored


def sentence_of(restored: Restored) -> str:
    """Return a sentence for what is back, and one for each thing that is not as it was."""
    return " ".join(_sentences(restored))


def _sentences(restored: Restored) -> Iterator[str]:
    yield _counted(
        restored.count,
        ngettext("%(n)d certificate is back.", "%(n)d certificates are back.", restored.count),
    )
    if restored.renamed:
        yield _counted(
            restored.renamed,
            ngettext(
                "%(n)d has a number after its name, because the name was in use.",
                "%(n)d have a number after their names, because the names were in use.",
                restored.renamed,
            ),
        )
    if restored.skipped:
        yield _counted(
            restored.skipped,
            ngettext(
                "%(n)d was skipped, because it had been imported again.",
                "%(n)d were skipped, because they had been imported again.",
                restored.skipped,
            ),
        )
    if restored.without_ocsp:
        yield _counted(
            restored.without_ocsp,
            ngettext(
                "For %(n)d the check against OCSP is off, because its OCSP client profile is gone.",
                "For %(n)d the check against OCSP is off, because their OCSP client profiles are gone.",
                restored.without_ocsp,
            ),
        )


def _counted(number: int, words: str) -> str:
    return words % {"n": number}
