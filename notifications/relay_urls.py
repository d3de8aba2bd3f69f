"""The addresses of the SMTP server page."""

from django.urls import path

from notifications import relay_views

_PAGE = "admin/system/settings/proxy/smtp-server/"

urlpatterns = [
    path(_PAGE, relay_views.smtp_server, name="smtp-server"),
    path(f"{_PAGE}test/", relay_views.smtp_server_test, name="smtp-server-test"),
    path(f"{_PAGE}tests/<int:test_id>/repair/", relay_views.smtp_server_repair, name="smtp-server-repair"),
    path(f"{_PAGE}tests/<uuid:group>/", relay_views.smtp_server_test_state, name="smtp-server-test-state"),
]
