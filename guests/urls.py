"""The addresses of the guest portal, the sponsor portal and the console's pages about them."""

from django.urls import path

from guests import guest_views, portal_views, sponsor_views, type_views

app_name = "guests"
_PORTALS = "work-centers/guest-access/portals/"
_SELF_REGISTERED = f"{_PORTALS}self-registered/"
_EMAIL = f"{_SELF_REGISTERED}customization/notifications/email/"

urlpatterns = [
    path("guest/", guest_views.register, name="register"),
    path("guest/done/", guest_views.registered, name="registered"),
    path("sponsor/", sponsor_views.create, name="sponsor-create"),
    path("sponsor/guests/", sponsor_views.guests, name="sponsor-guests"),
    path("sponsor/guests/<uuid:account_id>/", sponsor_views.guest, name="sponsor-guest"),
    path("sponsor/guests/<uuid:account_id>/notify/", sponsor_views.notify, name="sponsor-notify"),
    path(_PORTALS, portal_views.portals_list, name="portal-list"),
    path(f"{_PORTALS}guest-types/", type_views.type_list, name="type-list"),
    path(f"{_PORTALS}guest-types/<int:type_id>/", type_views.type_edit, name="type-edit"),
    path(_SELF_REGISTERED, portal_views.portal_settings, name="portal-settings"),
    path(_EMAIL, portal_views.email, name="portal-email"),
    path(f"{_EMAIL}preview/", portal_views.email_preview, name="portal-email-preview"),
    path(f"{_EMAIL}test/<uuid:mail_id>/", portal_views.test_result, name="portal-email-test"),
]
