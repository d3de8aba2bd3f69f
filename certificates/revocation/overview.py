"""What a certificate's page says about revocation: what is chosen, and the list that was last received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from certificates import words
from certificates.models import CrlState, RevocationSettings


@dataclass(frozen=True)
class Overview:
    """What is chosen for an authority and how its list stands; `chosen` is None when nothing is checked."""

    certificate_id: int
    chosen: RevocationSettings | None
    state: CrlState | None
    now: datetime

    @property
    def asks_ocsp(self) -> bool:
        """Whether an OCSP service is asked."""
        return self.chosen is not None and self.chosen.ocsp_enabled

    @property
    def downloads_crl(self) -> bool:
        """Whether a list is downloaded."""
        return self.chosen is not None and self.chosen.crl_enabled

    @property
    def has_list(self) -> bool:
        """Whether a list was received."""
        return self.state is not None and self.state.received_at is not None

    @property
    def is_stale(self) -> bool:
        """Whether the list should have been replaced by now."""
        end = None if self.state is None else self.state.next_update
        return end is not None and end < self.now

    @property
    def error(self) -> words.Words | None:
        """Why the last attempt failed, in the reader's language."""
        if self.state is None or not self.state.error_code:
            return None
        return words.text_of(self.state.error_code, self.state.error_params)


def overview_of(certificate_id: int, *, now: datetime) -> Overview:
    """Collect what the page says at `now`."""
    return Overview(
        certificate_id,
        RevocationSettings.objects.select_related("ocsp_profile").filter(pk=certificate_id).first(),
        CrlState.objects.defer("der").filter(pk=certificate_id).first(),
        now,
    )
