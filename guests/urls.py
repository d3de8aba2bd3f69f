"""The addresses of the guests app."""

from django.urls import URLPattern, URLResolver

app_name = "guests"
urlpatterns: list[URLPattern | URLResolver] = []
