"""The addresses of the accounts app."""

from django.urls import URLPattern, URLResolver, path

from accounts import signin_views

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", signin_views.sign_in, name="sign-in"),
    path("sign-out/", signin_views.sign_out, name="sign-out"),
    path("password/change/", signin_views.change_password, name="password-change"),
    path("sponsor/sign-in/", signin_views.sign_in, name="sponsor-sign-in"),
    path("sponsor/sign-out/", signin_views.sign_out, name="sponsor-sign-out"),
    path("sponsor/password/", signin_views.change_password, name="sponsor-password-change"),
]
