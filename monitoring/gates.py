"""The gate of alerts among the gates of promotion."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from dataquality.models import QualityRun
from monitoring.models.alerts import Alert, AlertOccurrence
from monitoring.models.drift import DriftRun
from registry.aliases.gate import Gate, gates
from registry.models import ModelVersion
from registry.promotion.policies import policy_for

NAMED = 5


@gates.register("alerts")
class AlertGate(Gate):
    """No alert that is not resolved about the model, the version, or the data that it was trained on."""

    label = "Alerts"

    def check(self, version: ModelVersion) -> tuple[bool, str]:
        if not policy_for(version.model).blocks_on_alerts:
            return True, "The policy of the model looks at no alerts."
        found = list(about(version).order_by("-id")[: NAMED + 1])
        if not found:
            return True, "No alert is open about the model or the data that it was trained on."
        told = [f"“{alert.title}”" if not alert.is_hidden else "one about a restricted dataset" for alert in found]
        more = " and more" if len(found) > NAMED else ""
        return False, f"Not resolved: {', '.join(told[:NAMED])}{more}."


def about(version: ModelVersion) -> "QuerySet[Alert]":
    """Live alerts about ``version``; ``is_hidden`` says that not everybody may know what they are about."""
    used = version.datasets.order_by().values("pk")
    drift = DriftRun.objects.filter(reference__in=used)
    quality = QualityRun.objects.filter(dataset_version__in=used)
    own = Q(source_type="registry.modelversion", source_id=version.pk) | Q(
        source_type="registry.registeredmodel", source_id=version.model_id
    )
    data = _made_by("monitoring.driftrun", drift) | _made_by("dataquality.qualityrun", quality)
    hidden_drift = drift.filter(
        Q(reference__dataset__is_restricted=True)
        | Q(current__dataset__is_restricted=True)
        | Q(pushed_for__is_restricted=True)
    )
    hidden_quality = quality.filter(dataset_version__dataset__is_restricted=True)
    hidden = _made_by("monitoring.driftrun", hidden_drift) | _made_by("dataquality.qualityrun", hidden_quality)
    occurrences = AlertOccurrence.objects.filter(alert=OuterRef("pk"))
    return (
        Alert.objects.live()
        .filter(Exists(occurrences.filter(own | data)))
        .annotate(is_hidden=Exists(occurrences.filter(hidden)))
    )


def _made_by(source_type: str, runs: "QuerySet[DriftRun] | QuerySet[QualityRun]") -> Q:
    return Q(source_type=source_type, source_id__in=runs.order_by().values("pk"))
