"""The addresses of the accounts app."""

from django.urls import URLPattern, URLResolver, path

from accounts import policy_views, signin_views, user_views
from accounts.sections import ADMINISTRATORS, USERS, Section

app_name = "accounts"


def _pages(section: Section, root: str) -> list[URLPattern]:
    """Return the addresses of a list of people and of the pages below it."""
    given = {"section": section}
    name = section.url_prefix
    return [
        path(root, user_views.list_people, given, name=f"{name}-list"),
        path(f"{root}add/", user_views.add_person, given, name=f"{name}-add"),
        path(f"{root}<int:person_id>/", user_views.edit_person, given, name=f"{name}-edit"),
        path(
            f"{root}<int:person_id>/reset-password/",
            user_views.reset_password,
            given,
            name=f"{name}-reset-password",
        ),
        path(f"{root}<int:person_id>/password/", user_views.show_password, given, name=f"{name}-password"),
        path(f"{root}<int:person_id>/disable/", user_views.disable_person, given, name=f"{name}-disable"),
        path(f"{root}<int:person_id>/enable/", user_views.enable_person, given, name=f"{name}-enable"),
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", signin_views.sign_in, name="sign-in"),
    path("sign-out/", signin_views.sign_out, name="sign-out"),
    path("password/change/", signin_views.change_password, name="password-change"),
    path("sponsor/sign-in/", signin_views.sign_in, name="sponsor-sign-in"),
    path("sponsor/sign-out/", signin_views.sign_out, name="sponsor-sign-out"),
    path("sponsor/password/", signin_views.change_password, name="sponsor-password-change"),
    path("admin/system/admin-access/password-policy/", policy_views.password_policy, name="password-policy"),
    *_pages(ADMINISTRATORS, "admin/system/admin-access/administrators/"),
    *_pages(USERS, "admin/identity-management/identities/users/"),
]
