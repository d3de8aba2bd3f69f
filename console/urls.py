"""The addresses of the frame: dashboard, audit, language, health."""

from django.urls import path

from console import views

app_name = "console"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("checklist/dismiss/", views.dismiss_checklist, name="dismiss-checklist"),
    path("admin/system/audit/", views.audit_events, name="audit"),
    path("admin/system/audit/<int:event_id>/", views.audit_event, name="audit-event"),
    path("admin/system/audit/chain/", views.audit_chain, name="audit-chain"),
    path("i18n/setlang/", views.set_language, name="set-language"),
    path("-/live", views.live, name="live"),
    path("-/ready", views.ready, name="ready"),
]
