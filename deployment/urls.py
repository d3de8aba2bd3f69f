"""The addresses of the deployment app."""

from django.urls import URLPattern, URLResolver

app_name = "deployment"
urlpatterns: list[URLPattern | URLResolver] = []
