"""Why something could not be fetched: one exception with a stable code."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What went wrong, in the order in which it can."""

    BAD_URL = "BAD_URL"
    SCHEME_NOT_SUPPORTED = "SCHEME_NOT_SUPPORTED"
    NAME_NOT_RESOLVED = "NAME_NOT_RESOLVED"
    REFUSED_BY_GATE = "REFUSED_BY_GATE"
    UNREACHABLE = "UNREACHABLE"
    TLS_NOT_TRUSTED = "TLS_NOT_TRUSTED"
    NOT_HTTP = "NOT_HTTP"
    REDIRECTED = "REDIRECTED"
    BAD_STATUS = "BAD_STATUS"
    ENCODED = "ENCODED"
    TOO_LARGE = "TOO_LARGE"
    TIMEOUT = "TIMEOUT"


class FetchFailed(Exception):
    """Nothing was fetched; `params` are plain values for the sentence that explains the code."""

    def __init__(self, code: Fault, /, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
