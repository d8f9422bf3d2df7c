"""The admin site: for staff who have shown their second factor, entered through the portal's own sign-in."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.views.decorators.http import require_GET, require_POST

from modelops.lib.remedies import remedies


class PortalAdminSite(admin.AdminSite):
    site_header = "ModelOps portal"
    site_title = "ModelOps portal"
    index_title = "Administration"
    site_url = "/"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's routes and the system page."""
        from compliance.evidence.page import urls as evidence_urls
        from compliance.ledger_desk.page import urls as ledger_urls
        from compliance.posture.page import fixing, posture_page, snapshot_file
        from compliance.supply_chain.page import urls as dependencies_urls

        from .configuration_page import configuration_download
        from .helping import help_page
        from .system_page import system_page  # needs models, which are not there yet when the site is made

        own: list[URLPattern | URLResolver] = [
            path("system/", self.admin_view(system_page), name="system"),
            path("configuration.json", self.admin_view(configuration_download), name="configuration"),
            path("posture/", self.admin_view(posture_page), name="posture"),
            path(
                "posture/snapshots/<str:month>/",
                self.admin_view(require_GET(snapshot_file)),
                name="posture-snapshot",
            ),
            *(
                path(
                    f"posture/fix/{one.slug}/",
                    self.admin_view(require_POST(fixing(one))),
                    name=f"posture-fix-{one.slug}",
                )
                for one in remedies()
            ),
            path("help/<slug:page>/", self.admin_view(help_page), name="help"),
            *ledger_urls(self),
            *evidence_urls(self),
            *dependencies_urls(self),
        ]
        return own + super().get_urls()

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Django's checks around ``view``; what is looked at here stands in the ledger before it is sent."""
        inner = super().admin_view(view, cacheable)

        def recorded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            from compliance.audit.coverage.admin_reading import record_admin_reading

            response = inner(request, *args, **kwargs)
            record_admin_reading(request, response)
            return response

        return update_wrapper(recorded, inner)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page has, with the help that is about it."""
        from .helping import help_url

        return {**super().each_context(request), "help_url": help_url(request.path)}

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and user.is_staff and user.is_verified())  # type: ignore[union-attr]

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """There is one way in; a person who is signed in already but may not come here is told so."""
        if request.user.is_authenticated and not self.has_permission(request):
            return redirect("overview")
        target = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('accounts:sign-in')}?{urlencode({'next': target})}")

    def logout(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """The portal's own sign-out; a POST stays a POST."""
        return redirect("accounts:sign-out", preserve_request=True)

    def password_change(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """The portal's own page: it also ends other sessions and tells the ledger."""
        return redirect("accounts:change-password")


class PortalAdminConfig(AdminConfig):
    default_site = "modelops.admin_site.PortalAdminSite"
