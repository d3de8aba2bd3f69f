"""The addresses of the certificates app."""

from django.urls import path

from certificates.detail import views as detail
from certificates.importing import views as importing
from certificates.listing import views as listing

_TRUSTED = "admin/system/certificates/trusted/"

app_name = "certificates"
urlpatterns = [
    path(_TRUSTED, listing.trusted_list, name="trusted-list"),
    path(f"{_TRUSTED}import/", importing.trusted_import, name="trusted-import"),
    path(f"{_TRUSTED}<int:certificate_id>/", detail.trusted_detail, name="trusted-detail"),
    path(f"{_TRUSTED}<int:certificate_id>/edit/", detail.trusted_edit, name="trusted-edit"),
    path(f"{_TRUSTED}<int:certificate_id>/delete/", detail.trusted_delete, name="trusted-delete"),
    path(f"{_TRUSTED}<int:certificate_id>/export/", detail.trusted_export, name="trusted-export"),
]
