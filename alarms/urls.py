"""The addresses of the alarms app."""

from django.urls import URLPattern, URLResolver, path

from alarms import views

app_name = "alarms"
urlpatterns: list[URLPattern | URLResolver] = [
    path("operations/alarms/", views.alarm_list, name="alarm-list"),
    path("admin/system/settings/alarms/", views.settings, name="settings"),
]
