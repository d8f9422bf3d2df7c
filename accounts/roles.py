"""The roles and what each may do: one table, applied to Django's groups by accounts/role_groups.py."""

from dataclasses import dataclass

_READ = (
    "access.read_models",
    "access.read_data",
    "jobs.view_job",
    "monitoring.view_alert",
    "monitoring.view_alertoccurrence",
    "monitoring.view_alertrule",
    "monitoring.view_alertsilence",
    "monitoring.view_escalationchain",
    "monitoring.view_oncallrota",
)
# What opens sealed content; reading models does not bring it.
_OPEN = ("access.download", "access.decrypt")
# Who is named for a restricted model or dataset; its owner decides, and whoever manages all access.
_GRANTS = ("grants.view_grant", "grants.add_grant", "grants.delete_grant")
_CHANNELS = (
    "monitoring.view_alertchannel",
    "monitoring.add_alertchannel",
    "monitoring.change_alertchannel",
    "monitoring.delete_alertchannel",
    "monitoring.view_alertdelivery",
)
# Rules, silences and chains: who looks after alerts also says when there are any.
_ALERTING = (
    "monitoring.add_alert",
    "monitoring.change_alert",
    "monitoring.add_alertrule",
    "monitoring.change_alertrule",
    "monitoring.add_alertsilence",
    "monitoring.change_alertsilence",
    "monitoring.add_escalationchain",
    "monitoring.change_escalationchain",
    "monitoring.add_oncallrota",
    "monitoring.change_oncallrota",
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
                *_READ,
                *_OPEN,
                "access.write_models",
                "access.train_models",
                "access.write_data",
                # Deleted things can be restored for weeks, so who makes them may delete them.
                "access.delete_models",
                "registry.delete_dataset",
                "registry.delete_datasetversion",
                "access.predict",
                "access.explain",
                "promotion.approve_promotion",
                *_GRANTS,
                *_ALERTING,
                *_CHANNELS,
            ),
        ),
        Role(
            "ML engineer",
            (
                *_READ,
                *_OPEN,
                "access.write_models",
                "access.deploy_models",
                "registry.delete_modelversion",
                "dataquality.add_qualityrun",
                "monitoring.add_driftrun",
                "access.predict",
                "access.explain",
                "promotion.approve_promotion",
                *_GRANTS,
                *_ALERTING,
                *_CHANNELS,
            ),
        ),
        Role(
            "Compliance officer",
            (
                *_READ,
                "registry.verify_artifact",
                "signing.change_signingpolicy",
                "promotion.approve_promotion",
                "promotion.change_promotionpolicy",
                "cards.add_impactassessment",
                "external.add_platformattestation",
                "registry.view_restricted",
                "grants.view_grant",
                "locations.view_storagelocation",
                "locations.view_foreignfile",
                "locations.view_reconciliation",
                "sources.view_dataimport",
                "monitoring.view_alertchannel",
                "monitoring.view_alertdelivery",
                "audit.view_auditevent",
                "audit_personal.view_payload",
                "access.export",
                "audit_streaming.view_receiver",
                "subjects.view_subjectrequest",
                "subjects.add_subjectrequest",
                "subjects.change_subjectrequest",
                "subjects.view_subjectbundle",
                "subjects.add_subjectbundle",
                "subjects.approve_erasure",
                "subjects.view_erasuredrill",
                "accounts.view_user",
                "accounts.reveal_user",
                "access.view_emergency",
                "escrow.view_keybackup",
                "escrow.view_restoredrill",
                "reviews.view_accessreview",
                "reviews.change_accessreview",
                "registers.view_processingactivity",
                "registers.add_processingactivity",
                "registers.change_processingactivity",
                "registers.view_consent",
                "registers.add_consent",
                "registers.change_consent",
                "registers.view_breach",
                "registers.add_breach",
                "registers.change_breach",
                "registers.view_incident",
                "registers.add_incident",
                "registers.change_incident",
                "registers.view_registeritem",
                "registers.add_registeritem",
                "registers.change_registeritem",
                "evidence.view_controlcatalogue",
                "evidence.add_controlcatalogue",
                "detections.view_detection",
                "detections.change_detection",
                "detections.view_threshold",
                "detections.add_threshold",
                "detections.change_threshold",
                "retention.view_retentionpolicy",
                "retention.view_policychange",
                "retention.add_policychange",
                "retention.change_policychange",
                "retention.view_retentionrun",
                "retention.add_retentionrun",
                "jobs.view_scheduleentry",
            ),
            staff=True,
        ),
        Role(
            "Security administrator",
            (
                "access.admin_system",
                "access.export",
                "detections.view_detection",
                "detections.change_detection",
                # Whoever runs the portal sees what is told of, and does not decide how much it takes.
                "detections.view_threshold",
                # The second person of a change of retention.
                "retention.view_retentionpolicy",
                "retention.view_policychange",
                "retention.change_policychange",
                "retention.view_retentionrun",
                "access.view_emergency",
                # Sees the keys and says yes or no to what a custodian asks for, and holds none of them.
                *_VIEW_KEYS,
                "access.approve",
                "locations.view_storagelocation",
                "locations.add_storagelocation",
                "locations.change_storagelocation",
                "locations.test_storagelocation",
                "sources.view_datasource",
                "sources.add_datasource",
                "sources.change_datasource",
                "locations.view_foreignfile",
                "locations.view_reconciliation",
                "secret_store.view_storedsecret",
                "secret_store.add_storedsecret",
                "secret_store.change_storedsecret",
                "secret_store.delete_storedsecret",
                # The quarantine: sees what is held, also of restricted models, and opens it with a reason.
                "registry.view_registeredmodel",
                "registry.view_modelversion",
                "registry.view_restricted",
                "registry.download_quarantined",
                "scanning.view_inspection",
                "scanning.change_inspection",
                "scanning.view_verdict",
                "signing.view_trustedkey",
                "signing.add_trustedkey",
                "signing.change_trustedkey",
                "signing.view_signingpolicy",
                "signing.change_signingpolicy",
                "signing.view_versionsignature",
                "endpoints.view_deploymentendpoint",
                "endpoints.add_deploymentendpoint",
                "endpoints.change_deploymentendpoint",
                "endpoints.delete_deploymentendpoint",
                "audit.view_auditevent",
                "audit_personal.view_payload",
                "audit_streaming.view_receiver",
                "audit_streaming.add_receiver",
                "audit_streaming.change_receiver",
                "audit_streaming.delete_receiver",
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
        Role("Viewer", _READ),
        Role(
            "Pipeline",
            # A service has no second factor; a key of it opens what asks for one only where the key names that scope.
            (
                *_READ,
                *_OPEN,
                "access.write_models",
                "access.train_models",
                "access.deploy_models",
                "access.write_data",
                "access.predict",
                "monitoring.add_alert",
                "monitoring.change_alert",
                "registry.bypass_step_up",
            ),
            service=True,
        ),
    )
}
