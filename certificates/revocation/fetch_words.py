"""Cause and remedy of everything that can go wrong when a list or an answer is fetched over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FETCHING: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "BAD_URL": (
        _("“%(url)s” is not an address that can be called."),
        _("Enter an address that begins with http:// or https:// and names a host."),
    ),
    "SCHEME_NOT_SUPPORTED": (
        _("Addresses that begin with %(scheme)s: are not supported."),
        _("Enter the http or https address of the same file; authorities mostly publish both."),
    ),
    "NAME_NOT_RESOLVED": (
        _("The name %(host)s could not be resolved."),
        _("Check the host name and the name servers of this node."),
    ),
    "REFUSED_BY_GATE": (
        _("%(address)s port %(port)s may not be called from here (%(reason)s)."),
        _(
            "Loopback, link-local and multicast addresses and other ports than 80 and 443 are closed "
            "unless ISE_MAIL_EGRESS_ALLOW lists them."
        ),
    ),
    "UNREACHABLE": (
        _("%(host)s cannot be reached at port %(port)s: %(detail)s."),
        _("Check the firewall, and whether the service runs."),
    ),
    "TIMEOUT": (
        _("%(host)s did not finish within %(seconds)s seconds."),
        _("Check the service, or raise the timeout."),
    ),
    "TOO_LARGE": (
        _("The answer of %(host)s is larger than %(limit)s bytes."),
        _("Check whether the address leads to the right file."),
    ),
    "REDIRECTED": (
        _("%(host)s sends elsewhere, to %(location)s, which is not followed."),
        _("Enter the final address."),
    ),
    "ENCODED": (
        _("%(host)s compressed its answer (%(encoding)s) although that was not asked for."),
        _("Turn off compression for this file at the server."),
    ),
    "BAD_STATUS": (
        _("%(host)s answered with HTTP status %(status)s."),
        _("Check the path of the address, and the log of the server."),
    ),
    "NOT_HTTP": (
        _("%(host)s does not answer in HTTP: %(detail)s."),
        _("Check the port of the address."),
    ),
    "INTERNAL": (
        _("Something unexpected happened in this node."),
        _("Look into the log of this node."),
    ),
    "TLS_NOT_TRUSTED": (
        _("The TLS connection to %(host)s was refused. %(why)s"),
        _("Import the authority of that server and tick “Trust for authentication within ISE”."),
    ),
}
