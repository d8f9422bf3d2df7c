"""The roles and what each may do: one table, applied to Django's groups after every migration."""

from dataclasses import dataclass

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission

_VIEW_REGISTRY = (
    "registry.view_registeredmodel",
    "registry.view_modelversion",
    "registry.view_artifact",
    "registry.view_dataset",
    "registry.view_datasetversion",
    "registry.view_modelversiondataset",
    "signing.view_versionsignature",
    "signing.view_trustedkey",
    "signing.view_signingpolicy",
    "aliases.view_alias",
    "aliases.view_aliaschange",
    "variants.view_variant",
)
_ADD_REGISTRY = (
    "registry.add_registeredmodel",
    "registry.add_modelversion",
    "registry.add_dataset",
    "registry.add_datasetversion",
    "uploads.add_uploadsession",
)
# What opens sealed content; viewing a model does not bring it.
_PROMOTE = (
    "signing.add_versionsignature",
    "aliases.add_alias",
    "aliases.delete_alias",
    "variants.add_variant",
)
_USE_FILES = ("registry.download_artifact", "registry.verify_artifact", "registry.view_parameters")
_VIEW_RUNS = (
    "jobs.view_job",
    "dataquality.view_qualityrun",
    "dataquality.view_qualityissue",
    "monitoring.view_driftrun",
    "monitoring.view_driftfeature",
    "monitoring.view_alert",
    "monitoring.view_alertoccurrence",
)
# Who is named for a restricted model or dataset; its owner decides, and whoever manages all access.
_GRANTS = ("grants.view_grant", "grants.add_grant", "grants.delete_grant")
_ADD_RUNS = ("dataquality.add_qualityrun", "monitoring.add_driftrun")
_CHANNELS = (
    "monitoring.view_alertchannel",
    "monitoring.add_alertchannel",
    "monitoring.change_alertchannel",
    "monitoring.delete_alertchannel",
    "monitoring.view_alertdelivery",
)
_VIEW_KEYS = (
    "crypto.view_keyversion",
    "keys.view_approval",
    "keys.view_rotation",
    "escrow.view_keybackup",
    "escrow.view_restoredrill",
)


@dataclass(frozen=True)
class Role:
    """``staff`` roles work in the admin; ``service`` roles are for accounts that never sign in."""

    name: str
    permissions: tuple[str, ...]
    staff: bool = False
    service: bool = False


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role(
            "Data scientist",
            (
                *_VIEW_REGISTRY,
                *_ADD_REGISTRY,
                *_USE_FILES,
                *_PROMOTE,
                "registry.change_registeredmodel",
                "registry.change_dataset",
                "registry.delete_registeredmodel",
                "registry.delete_modelversion",
                "registry.delete_dataset",
                "registry.delete_datasetversion",
                *_GRANTS,
                *_VIEW_RUNS,
                *_ADD_RUNS,
                "monitoring.change_alert",
                *_CHANNELS,
            ),
        ),
        Role(
            "ML engineer",
            (
                *_VIEW_REGISTRY,
                *_USE_FILES,
                *_PROMOTE,
                "registry.add_registeredmodel",
                "registry.add_modelversion",
                "uploads.add_uploadsession",
                "registry.change_registeredmodel",
                "registry.change_modelversion",
                "registry.delete_modelversion",
                *_GRANTS,
                *_VIEW_RUNS,
                *_ADD_RUNS,
                "monitoring.change_alert",
                *_CHANNELS,
            ),
        ),
        Role(
            "Compliance officer",
            (
                *_VIEW_REGISTRY,
                "registry.verify_artifact",
                "signing.change_signingpolicy",
                "registry.view_restricted",
                "grants.view_grant",
                "locations.view_storagelocation",
                "locations.view_foreignfile",
                "locations.view_reconciliation",
                *_VIEW_RUNS,
                "monitoring.view_alertchannel",
                "monitoring.view_alertdelivery",
                "audit.view_auditevent",
                "audit_personal.view_payload",
                "audit_streaming.export_auditevent",
                "audit_streaming.view_receiver",
                "subjects.view_subjectrequest",
                "subjects.add_subjectrequest",
                "subjects.change_subjectrequest",
                "subjects.view_subjectbundle",
                "subjects.add_subjectbundle",
                "accounts.view_user",
                "escrow.view_keybackup",
                "escrow.view_restoredrill",
                "reviews.view_accessreview",
                "reviews.change_accessreview",
                "jobs.view_scheduleentry",
                "jobs.view_job",
            ),
            staff=True,
        ),
        Role(
            "Security administrator",
            (
                "accounts.view_user",
                "accounts.add_user",
                "accounts.change_user",
                "accounts.view_invitation",
                "accounts.add_invitation",
                "accounts.change_invitation",
                "accounts.view_session",
                "accounts.change_session",
                "accounts.view_apikey",
                "accounts.change_apikey",
                "accounts.view_totpdevice",
                "auth.view_group",
                # Sees the keys and says yes or no to what a custodian asks for, and holds none of them.
                *_VIEW_KEYS,
                "keys.change_approval",
                "locations.view_storagelocation",
                "locations.add_storagelocation",
                "locations.change_storagelocation",
                "locations.test_storagelocation",
                "locations.view_foreignfile",
                "locations.view_reconciliation",
                "secret_store.view_storedsecret",
                "secret_store.add_storedsecret",
                "secret_store.change_storedsecret",
                "secret_store.delete_storedsecret",
                "signing.view_trustedkey",
                "signing.add_trustedkey",
                "signing.change_trustedkey",
                "signing.view_signingpolicy",
                "signing.change_signingpolicy",
                "signing.view_versionsignature",
                "jobs.view_scheduleentry",
                "jobs.view_job",
                "jobs.change_scheduleentry",
                "audit.view_auditevent",
                "audit_personal.view_payload",
                "audit_streaming.view_receiver",
                "audit_streaming.add_receiver",
                "audit_streaming.change_receiver",
                "audit_streaming.delete_receiver",
                "audit_streaming.export_auditevent",
            ),
            staff=True,
        ),
        Role(
            "Key custodian",
            (
                *_VIEW_KEYS,
                "crypto.add_keyversion",
                "crypto.change_keyversion",
                "keys.add_approval",
                "keys.change_rotation",
                "jobs.view_job",
                "jobs.view_scheduleentry",
            ),
            staff=True,
        ),
        Role("Viewer", (*_VIEW_REGISTRY, *_VIEW_RUNS)),
        Role(
            "Pipeline",
            # A service has no second factor; a key of it opens what asks for one only where the key names that scope.
            (
                *_VIEW_REGISTRY,
                *_ADD_REGISTRY,
                *_USE_FILES,
                *_PROMOTE,
                "registry.bypass_step_up",
                *_VIEW_RUNS,
                *_ADD_RUNS,
            ),
            service=True,
        ),
    )
}


def sync_roles() -> list[str]:
    """Give each role's group the permissions of the table; returns those that do not exist (yet).

    Permissions that an administrator added to a group stay.
    """
    wanted = {name for role in ROLES.values() for name in role.permissions}
    found = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.filter(
            codename__in={name.split(".", 1)[1] for name in wanted}
        ).select_related("content_type")
    }
    for role in ROLES.values():
        group, _ = Group.objects.get_or_create(name=role.name)
        group.permissions.add(*(found[name] for name in role.permissions if name in found))
    return sorted(wanted - found.keys())


def sync_after_last_app(app_config: AppConfig, **kwargs: object) -> None:
    """post_migrate: permissions of an app exist only after its own signal, so the last app's is the one to wait for."""
    if app_config is [config for config in apps.get_app_configs() if config.models_module is not None][-1]:
        sync_roles()
