"""Why the outbound gate is shut, in the reader's language."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.egress import Refusal

REFUSALS: Final[Mapping[str, Promise]] = {
    Refusal.NOT_AN_ADDRESS: _("it is no address"),
    Refusal.LINK_LOCAL: _("a link-local address"),
    Refusal.LOOPBACK: _("an address of the node itself"),
    Refusal.MULTICAST: _("a multicast address"),
    Refusal.UNSPECIFIED: _("an unspecified address"),
    Refusal.METADATA: _("the metadata service of a cloud"),
    Refusal.PORT: _("this port is not open"),
}
