"""All addresses, each app's below the path that mirrors ISE's menu."""

from django.conf import settings
from django.urls import include, path

handler400 = "console.answers.bad_request"
urlpatterns = [
    path("", include("console.urls")),
    path("", include("accounts.urls")),
    path("", include("deployment.urls")),
    path("", include("certificates.urls")),
    path("", include("notifications.urls")),
    path("", include("guests.urls")),
    path("", include("alarms.urls")),
]

if settings.ISE_MAIL_SANDBOX:
    urlpatterns.append(path("sandbox/", include("sandbox.urls")))
