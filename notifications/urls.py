"""The addresses of the notifications app."""

from django.urls import URLPattern, URLResolver

from notifications import relay_urls

app_name = "notifications"
urlpatterns: list[URLPattern | URLResolver] = [*relay_urls.urlpatterns]
