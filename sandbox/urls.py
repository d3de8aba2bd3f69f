"""The addresses of the sandbox app."""

from django.urls import URLPattern, URLResolver, path

from sandbox import views

app_name = "sandbox"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.guide, name="guide"),
    path("ca.pem", views.certificate_authority, name="certificate-authority"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<str:mail_id>/", views.mail, name="mail"),
    path("inbox/<str:mail_id>/html/", views.mail_html, name="mail-html"),
    path("inbox/<str:mail_id>/source/", views.mail_source, name="mail-source"),
    path("inbox/<str:mail_id>/parts/<int:number>/", views.mail_part, name="mail-part"),
]
