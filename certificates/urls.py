"""The addresses of the certificates app."""

from django.urls import path

from certificates.detail import views as detail
from certificates.importing import views as importing
from certificates.listing import views as listing
from certificates.revocation import profile_views as ocsp

_TRUSTED = "admin/system/certificates/trusted/"
_OCSP = "admin/system/certificates/ocsp-profiles/"

app_name = "certificates"
urlpatterns = [
    path(_TRUSTED, listing.trusted_list, name="trusted-list"),
    path(f"{_TRUSTED}import/", importing.trusted_import, name="trusted-import"),
    path(f"{_TRUSTED}<int:certificate_id>/", detail.trusted_detail, name="trusted-detail"),
    path(f"{_TRUSTED}<int:certificate_id>/edit/", detail.trusted_edit, name="trusted-edit"),
    path(f"{_TRUSTED}<int:certificate_id>/delete/", detail.trusted_delete, name="trusted-delete"),
    path(f"{_TRUSTED}<int:certificate_id>/export/", detail.trusted_export, name="trusted-export"),
    path(_OCSP, ocsp.profile_list, name="ocsp-profile-list"),
    path(f"{_OCSP}add/", ocsp.profile_add, name="ocsp-profile-add"),
    path(f"{_OCSP}<int:profile_id>/", ocsp.profile_edit, name="ocsp-profile-edit"),
    path(f"{_OCSP}<int:profile_id>/delete/", ocsp.profile_delete, name="ocsp-profile-delete"),
    path(f"{_OCSP}<int:profile_id>/clear-cache/", ocsp.profile_clear_cache, name="ocsp-profile-clear-cache"),
]
