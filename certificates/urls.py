"""The addresses of the certificates app."""

from django.urls import path

from certificates.detail import views as detail
from certificates.health import views as health
from certificates.importing import views as importing
from certificates.listing import bulk_views as bulk
from certificates.listing import views as listing
from certificates.repair import views as repair
from certificates.revocation import crl_views as crl
from certificates.revocation import profile_views as ocsp

_TRUSTED = "admin/system/certificates/trusted/"
_HEALTH = "admin/system/certificates/trust-health/"
_CHECK = "admin/system/certificates/periodic-check/"
_OCSP = "admin/system/certificates/ocsp-profiles/"

app_name = "certificates"
urlpatterns = [
    path(_TRUSTED, listing.trusted_list, name="trusted-list"),
    path(f"{_TRUSTED}bulk/", bulk.trusted_bulk, name="trusted-bulk"),
    path(f"{_TRUSTED}export/", listing.trusted_export_many, name="trusted-export-many"),
    path(f"{_TRUSTED}removed/<uuid:act>/undo/", bulk.trusted_undo, name="trusted-undo"),
    path(f"{_TRUSTED}import/", importing.trusted_import, name="trusted-import"),
    path(
        f"{_TRUSTED}import/<uuid:upload_id>/", importing.trusted_import_choice, name="trusted-import-choice"
    ),
    path(
        f"{_TRUSTED}import/<uuid:upload_id>/state/",
        importing.trusted_import_state,
        name="trusted-import-state",
    ),
    path(f"{_TRUSTED}repair/<uuid:proposal_id>/", repair.trusted_repair, name="trusted-repair"),
    path(
        f"{_TRUSTED}repair/<uuid:proposal_id>/fetch/",
        repair.trusted_repair_fetch,
        name="trusted-repair-fetch",
    ),
    path(
        f"{_TRUSTED}repair/<uuid:proposal_id>/switch/",
        repair.trusted_repair_switch,
        name="trusted-repair-switch",
    ),
    path(f"{_TRUSTED}<int:certificate_id>/", detail.trusted_detail, name="trusted-detail"),
    path(f"{_TRUSTED}<int:certificate_id>/edit/", detail.trusted_edit, name="trusted-edit"),
    path(f"{_TRUSTED}<int:certificate_id>/what-if/", detail.trusted_what_if, name="trusted-what-if"),
    path(f"{_TRUSTED}<int:certificate_id>/delete/", detail.trusted_delete, name="trusted-delete"),
    path(f"{_TRUSTED}<int:certificate_id>/export/", detail.trusted_export, name="trusted-export"),
    path(f"{_TRUSTED}<int:certificate_id>/crl/download/", crl.crl_download, name="crl-download"),
    path(_HEALTH, health.trust_health, name="trust-health"),
    path(_CHECK, health.periodic_check, name="periodic-check"),
    path(f"{_CHECK}now/", health.periodic_check_now, name="periodic-check-now"),
    path(f"{_CHECK}state/", health.periodic_check_state, name="periodic-check-state"),
    path(_OCSP, ocsp.profile_list, name="ocsp-profile-list"),
    path(f"{_OCSP}add/", ocsp.profile_add, name="ocsp-profile-add"),
    path(f"{_OCSP}<int:profile_id>/", ocsp.profile_edit, name="ocsp-profile-edit"),
    path(f"{_OCSP}<int:profile_id>/delete/", ocsp.profile_delete, name="ocsp-profile-delete"),
    path(f"{_OCSP}<int:profile_id>/clear-cache/", ocsp.profile_clear_cache, name="ocsp-profile-clear-cache"),
]
