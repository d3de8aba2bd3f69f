"""The addresses of the deployment app."""

from django.urls import URLPattern, URLResolver, path

from deployment import views

app_name = "deployment"
urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/system/deployment/", views.node_list, name="node-list"),
]
