"""The addresses of the notifications app."""

from django.urls import URLPattern, URLResolver, path

from notifications import log_views, relay_urls, sender_views, test_mail_views

_LOG = "operations/delivery-log/"
_TEST_MAIL = "admin/system/settings/proxy/test-mail/"

app_name = "notifications"
urlpatterns: list[URLPattern | URLResolver] = [
    *relay_urls.urlpatterns,
    path(_LOG, log_views.log, name="delivery-log"),
    path(f"{_LOG}<uuid:mail_id>/", log_views.mail_page, name="mail-detail"),
    path(f"{_LOG}<uuid:mail_id>/resend/", log_views.mail_resend, name="mail-resend"),
    path("work-centers/guest-access/settings/guest-email/", sender_views.guest_email, name="guest-email"),
    path(_TEST_MAIL, test_mail_views.test_mail, name="test-mail"),
    path(f"{_TEST_MAIL}<uuid:mail_id>/", test_mail_views.test_mail_state, name="test-mail-state"),
]
