"""The named actions: permissions that people speak of, each with the permissions that the code checks.

Whoever holds an action holds what it implies (`backend`), so a role reads like a sentence. An action that implies
nothing is itself what the code checks.
"""

from dataclasses import dataclass

from modelops.lib.implied import imply


@dataclass(frozen=True, slots=True)
class Action:
    """``codename`` is the permission ``access.<codename>``; ``implied`` are the permissions that it holds."""

    codename: str
    label: str
    implied: tuple[str, ...] = ()

    @property
    def permission(self) -> str:
        """Its full name."""
        return f"access.{self.codename}"


_UPLOAD = ("registry.add_modelversion", "uploads.add_uploadsession")
_TRACK = (
    "tracking.add_experiment",
    "tracking.change_experiment",
    "tracking.add_run",
    "tracking.change_run",
    "tracking.add_loggedmodel",
    "tracking.change_loggedmodel",
)

ACTIONS: tuple[Action, ...] = (
    Action(
        "read_models",
        "Read models: their pages, versions, metrics, signatures and aliases",
        (
            "registry.view_registeredmodel",
            "registry.view_modelversion",
            "registry.view_artifact",
            "registry.view_modelversiondataset",
            "signing.view_versionsignature",
            "signing.view_trustedkey",
            "signing.view_signingpolicy",
            "aliases.view_alias",
            "aliases.view_aliaschange",
            "aliases.view_aliasperiod",
            "promotion.view_promotion",
            "promotion.view_promotionapproval",
            "promotion.view_promotionpolicy",
            "variants.view_variant",
            "scanning.view_inspection",
            "scanning.view_verdict",
            "provenance.view_attestation",
            "bundles.view_importedbundle",
            "external.view_externalrecord",
            "external.view_platformattestation",
            "endpoints.view_deploymentendpoint",
            "cards.view_cardrevision",
            "cards.view_impactassessment",
            "predictions.view_predictionbatch",
            "predictions.view_stream",
            "predictions.view_window",
            "predictions.view_featureschema",
            "predictions.view_grouppolicy",
            "series.view_series",
            "series.view_point",
            "tracking.view_experiment",
            "tracking.view_run",
            "tracking.view_loggedmodel",
        ),
    ),
    Action(
        "write_models",
        "Write models: register and describe them, add versions, variants and signatures",
        (
            *_UPLOAD,
            *_TRACK,
            "registry.add_registeredmodel",
            "registry.change_registeredmodel",
            "registry.change_modelversion",
            "signing.add_versionsignature",
            "variants.add_variant",
            "scanning.change_inspection",
            "provenance.add_attestation",
            "bundles.add_importedbundle",
            "external.add_externalrecord",
            "cards.add_cardrevision",
            "predictions.change_featureschema",
            "predictions.change_grouppolicy",
        ),
    ),
    Action(
        "delete_models",
        "Delete models and versions",
        (
            "registry.delete_registeredmodel",
            "registry.delete_modelversion",
            "tracking.delete_experiment",
            "tracking.delete_run",
            "tracking.delete_loggedmodel",
        ),
    ),
    Action(
        "train_models",
        "Train models: add what a training made, check and compare its data",
        (*_UPLOAD, *_TRACK, "dataquality.add_qualityrun", "monitoring.add_driftrun", "series.add_point"),
    ),
    Action(
        "deploy_models",
        "Deploy models: move aliases such as production",
        (
            "aliases.add_alias",
            "aliases.delete_alias",
            "promotion.add_promotion",
            "predictions.add_predictionbatch",
            "predictions.add_groundtruth",
            "predictions.change_featureschema",
            "predictions.change_grouppolicy",
            "series.add_point",
            "endpoints.add_deploymentendpoint",
            "endpoints.change_deploymentendpoint",
            "endpoints.delete_deploymentendpoint",
        ),
    ),
    Action(
        "read_data",
        "Read data: datasets, versions, profiles, quality and drift",
        (
            "registry.view_dataset",
            "registry.view_datasetversion",
            "dataquality.view_qualityrun",
            "dataquality.view_qualityissue",
            "monitoring.view_driftrun",
            "monitoring.view_driftfeature",
        ),
    ),
    Action(
        "write_data",
        "Write data: create and describe datasets, add versions",
        (
            "registry.add_dataset",
            "registry.add_datasetversion",
            "registry.change_dataset",
            "uploads.add_uploadsession",
        ),
    ),
    Action(
        "admin_system",
        "Administer the system: accounts, roles, sessions, API keys, the schedule",
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
            "accounts.view_refreshtoken",
            "accounts.change_refreshtoken",
            "recovering.view_factorreset",
            "recovering.change_factorreset",
            "workload.view_trustedissuer",
            "workload.add_trustedissuer",
            "workload.change_trustedissuer",
            "workload.view_exchangerule",
            "workload.add_exchangerule",
            "workload.change_exchangerule",
            "workload.view_exchangedtoken",
            "workload.change_exchangedtoken",
            "auth.view_group",
            "auth.change_group",
            "jobs.view_scheduleentry",
            "jobs.change_scheduleentry",
            "jobs.view_job",
        ),
    ),
    Action("approve", "Approve what somebody else asks for about keys", ("keys.change_approval",)),
    Action("download", "Download files of models and data", ("registry.download_artifact",)),
    Action(
        "decrypt",
        "Have sealed content opened inside the portal: parameters, verification of files",
        ("registry.view_parameters", "registry.verify_artifact"),
    ),
    Action("export", "Export the audit log and reports about access", ("audit_streaming.export_auditevent",)),
    Action("explain", "Ask a deployed model for explanations"),
    Action("predict", "Ask a deployed model for predictions"),
)


def declare() -> None:
    """Tell the permission checks what each action holds; called once at the start."""
    for action in ACTIONS:
        if action.implied:
            imply(action.permission, action.implied)
