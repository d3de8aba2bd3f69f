"""Start-up of the certificates app: what it registers with the floors below."""

from django.apps import AppConfig
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from console import access, audit_objects, checklist, health, menu

_PLACE = "administration/system/certificates"


class CertificatesConfig(AppConfig):
    """The certificates app."""

    name = "certificates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the permissions, place the pages, add the checklist's step and the dashboard's figure."""
        access.declare("certificates.view", _("See the trusted certificates"))
        access.declare("certificates.edit", _("Import, change and delete trusted certificates"))
        audit_objects.declare("certificate check", _("certificate check"))
        count = ngettext_lazy("%(count)d certificate", "%(count)d certificates", "count")
        audit_objects.declare("(?P<count>[0-9]+) certificates?", count, count=int)
        _place_pages()
        checklist.register(
            "trust",
            order=20,
            title=_("Trust the authority of the SMTP server"),
            text=_("Import the certificate of the authority that issued the one of your mail server."),
            url_name="certificates:trusted-list",
            is_done=_is_trust_set_up,
        )
        health.register_gauge(
            "trusted-certificates",
            label=_("Trusted certificates"),
            url_name="certificates:trusted-list",
            permission="certificates.view",
            value=_count,
        )
        from certificates.health import startup as trust_health
        from certificates.importing import startup as importing
        from certificates.listing import startup as listing
        from certificates.repair import startup as repair
        from certificates.revocation import startup as revocation

        importing.register()
        listing.register(f"{_PLACE}/trusted")
        repair.register()
        revocation.register()
        trust_health.register()


def _place_pages() -> None:
    menu.place(_PLACE, label=_("Certificates"), order=20)
    menu.place(
        f"{_PLACE}/trusted",
        label=_("Trusted certificates"),
        url_name="certificates:trusted-list",
        permission="certificates.view",
        order=20,
    )
    for name, label, permission in (
        ("import", _("Import"), "certificates.edit"),
        ("import-choice", "", "certificates.edit"),
        ("detail", "", "certificates.view"),
        ("edit", "", "certificates.edit"),
        ("delete", "", "certificates.edit"),
    ):
        menu.place(
            f"{_PLACE}/trusted/{name}",
            label=label,
            url_name=f"certificates:trusted-{name}",
            permission=permission,
            in_nav=False,
        )
    _place_ocsp_pages()


def _place_ocsp_pages() -> None:
    menu.place(
        f"{_PLACE}/ocsp-profiles",
        label=_("OCSP client profiles"),
        url_name="certificates:ocsp-profile-list",
        permission="certificates.view",
        order=30,
    )
    for name in ("add", "edit", "delete"):
        menu.place(
            f"{_PLACE}/ocsp-profiles/{name}",
            label="",
            url_name=f"certificates:ocsp-profile-{name}",
            permission="certificates.edit" if name != "edit" else "certificates.view",
            in_nav=False,
        )


def _is_trust_set_up() -> bool:
    from certificates import truststore

    return truststore.has_usable(truststore.Usage.INFRASTRUCTURE, now=timezone.now())


def _count() -> str:
    from certificates.models import TrustedCertificate

    return str(TrustedCertificate.objects.enabled().count())
