"""Says before anything is asked whether the outbound gate would let a web address through."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from certificates.revocation.addresses import port_of
from console import egress


def port_warning(address: str) -> str:
    """Return one sentence for an address whose port the gate holds shut, else nothing."""
    if not address or _is_open(port_of(address)):
        return ""
    return _(
        "Port %(port)d is not one that this deployment may call: requests to this address will be refused "
        "until ISE_MAIL_EGRESS_ALLOW lists it."
    ) % {"port": port_of(address)}


def _is_open(port: int) -> bool:
    listed = {allowed.port for allowed in settings.ISE_MAIL_EGRESS_ALLOW}
    return port in egress.WEB_PORTS | listed
