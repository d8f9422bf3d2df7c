"""What was attested of platforms still holds: an attestation that ran out counts as failing."""

from django.urls import reverse

from modelops.lib.posture import Finding, Outcome, control

from .models import PlatformAttestation, Subject


@control(
    "platforms.attested",
    area="Platforms",
    label="What was attested of cloud platforms still holds",
    fix="Look at the platform again and attest what was found, with the evidence.",
)
def attested() -> Outcome:
    """Of every subject that anybody ever attested; a platform that nobody uses is never named."""
    known = PlatformAttestation.objects.order_by("subject").values_list("subject", flat=True).distinct()
    holding = set(PlatformAttestation.objects.holding().values_list("subject", flat=True))
    subjects = [Subject(name) for name in known]
    page = reverse("external:list")
    findings = [
        Finding(
            f"lapsed:{subject.value}",
            f"{subject.label}: no attestation holds any more",
            "Look at the platform again and attest what was found, with the evidence.",
            "warning",
            page,
        )
        for subject in subjects
        if subject.value not in holding
    ]
    return Outcome(findings, len(subjects) - len(findings), len(subjects), url=page)
