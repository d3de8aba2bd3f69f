"""The addresses of the certificates app."""

from django.urls import path

from certificates import views

_TRUSTED = "admin/system/certificates/trusted/"

app_name = "certificates"
urlpatterns = [
    path(_TRUSTED, views.trusted_list, name="trusted-list"),
    path(f"{_TRUSTED}import/", views.trusted_import, name="trusted-import"),
    path(f"{_TRUSTED}<int:certificate_id>/", views.trusted_detail, name="trusted-detail"),
    path(f"{_TRUSTED}<int:certificate_id>/edit/", views.trusted_edit, name="trusted-edit"),
    path(f"{_TRUSTED}<int:certificate_id>/delete/", views.trusted_delete, name="trusted-delete"),
    path(f"{_TRUSTED}<int:certificate_id>/export/", views.trusted_export, name="trusted-export"),
]
