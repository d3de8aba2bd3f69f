"""Start-up of the deployment app: what it registers with the floors below."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeploymentConfig(AppConfig):
    """The deployment app."""

    name = "deployment"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Place the page, register the readiness checks, the audit's keys and the daily tidying."""
        from console import access, audit, health, menu
        from deployment import checks, keys, readiness, scheduler  # noqa: F401  (checks register themselves)
        from deployment.personas import Persona

        access.declare("deployment.view", _("See the deployment"))
        menu.place(
            "administration/system/deployment",
            label=_("Deployment"),
            url_name="deployment:node-list",
            permission="deployment.view",
            icon="server",
            order=10,
        )
        keys.register_source("audit", audit.key_ids)
        # Without daemon or worker the pages still serve; a balancer that took the node out would help nobody.
        health.register_check("database", readiness.check_database)
        health.register_check("migrations", readiness.check_migrations)
        health.register_check("key_ring", readiness.check_key_ring)
        health.register_check("daemon", readiness.check_daemon, is_vital=False)
        health.register_check("worker", readiness.check_worker, is_vital=False)
        scheduler.register_job(
            "deployment.forget-old-runs",
            period_seconds=86_400,
            persona=Persona.PAN,
            run=scheduler.forget_old_runs,
        )
