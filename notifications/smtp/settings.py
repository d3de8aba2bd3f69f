"""What has to be known about a mail server to talk to it."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field
from enum import StrEnum

IMPLICIT_TLS_PORT = 465
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


class TlsMode(StrEnum):
    """How the connection is encrypted; AUTO is TLS on connect on port 465 and STARTTLS on any other."""

    NONE = "none"
    AUTO = "auto"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


@dataclass(frozen=True)
class ServerSettings:
    """One mail server; `timeout_seconds` is the time to open a session, `user` "" means no sign-in."""

    host: str
    port: int = 25
    timeout_seconds: int = 60
    tls: TlsMode = TlsMode.NONE
    minimum_tls: str = "1.2"
    user: str = ""
    password: str = field(default="", repr=False)
    ehlo_name: str = ""

    @property
    def negotiation(self) -> TlsMode:
        """NONE, STARTTLS or IMPLICIT: what AUTO means on this port."""
        if self.tls is not TlsMode.AUTO:
            return self.tls
        return TlsMode.IMPLICIT if self.port == IMPLICIT_TLS_PORT else TlsMode.STARTTLS

    @property
    def is_encrypted(self) -> bool:
        """Whether nothing but EHLO and STARTTLS may be said in clear."""
        return self.tls is not TlsMode.NONE

    @property
    def greeting_name(self) -> str:
        """The name said in EHLO: the given one, else the short host name of this machine."""
        name = self.ehlo_name or socket.gethostname().partition(".")[0]
        return name if _HOST_NAME.fullmatch(name) else "localhost"
