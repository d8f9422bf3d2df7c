"""Which article or control asks for what, and where the portal shows it live."""

from dataclasses import dataclass
from typing import Final

ISO_27001: Final = "ISO 27001"


@dataclass(frozen=True, slots=True)
class Demand:
    """One article or control, the room of the admin that answers it, and what proves it.

    ``areas`` are those of the posture; ``actions`` are beginnings of names in the ledger: the newest such row is the
    date of the evidence.
    """

    framework: str
    reference: str
    says: str
    page: str
    areas: tuple[str, ...]
    actions: tuple[str, ...] = ()


_REVIEWS, _REQUESTS = "admin:reviews_accessreview_changelist", "admin:subjects_subjectrequest_changelist"
_INCIDENTS, _DETECTIONS = "admin:registers_incident_changelist", "admin:detections_detection_changelist"
_LEDGER, _ITEMS = "admin:audit_auditevent_changelist", "admin:registers_registeritem_changelist"
_POLICIES = "admin:retention_retentionpolicy_changelist"

DEMANDS: Final = (
    Demand("GDPR", "Art. 5(1)(e)", "Storage limitation", _POLICIES, ("Privacy",), ("retention.",)),
    Demand("GDPR", "Art. 7", "Conditions for consent", "admin:registers_consent_changelist", ("Privacy",),
           ("registers.consent.",)),
    Demand("GDPR", "Art. 12–22", "Rights of people", _REQUESTS, ("Privacy",), ("subjects.",)),
    Demand("GDPR", "Art. 30", "Records of processing", "admin:registers_processingactivity_changelist", ("Privacy",),
           ("registers.activity.",)),
    Demand("GDPR", "Art. 32", "Security of processing", "admin:posture", ("Encryption", "Access", "Security")),
    Demand("GDPR", "Art. 33", "Notification of breaches", "admin:registers_breach_changelist", ("Privacy",),
           ("registers.breach.",)),
    Demand("CCPA", "§ 1798.120", "Opt-out of sale and sharing", _REQUESTS, ("Privacy",), ("subjects.request.",)),
    Demand("CCPA", "§ 1798.130", "Requests within 45 days", _REQUESTS, ("Privacy",), ("subjects.request.",)),
    Demand("HIPAA", "164.308(a)(6)", "Security incidents", _INCIDENTS, ("Security",), ("registers.incident.",)),
    Demand("HIPAA", "164.312(b)", "Audit controls", _LEDGER, ("Audit log",), ("audit.",)),
    Demand("SOC 2", "CC6.1–CC6.3", "Logical access", _REVIEWS, ("Access",), ("reviews.",)),
    Demand("SOC 2", "CC7.2–CC7.4", "Monitoring and response", _DETECTIONS, ("Security",), ("detections.",)),
    Demand(ISO_27001, "A.5.12", "Classification of information", _POLICIES, ("Privacy",), ("retention.policy.",)),
    Demand(ISO_27001, "A.5.15", "Access control", "admin:posture", ("Access", "Accounts"), ("accounts.role.",)),
    Demand(ISO_27001, "A.5.18", "Access rights", _REVIEWS, ("Access",), ("reviews.",)),
    Demand(ISO_27001, "A.5.24–A.5.28", "Incidents: planning, response, evidence", _INCIDENTS, ("Security",),
           ("registers.incident.",)),
    Demand(ISO_27001, "A.5.33", "Protection of records", "admin:ledger", ("Audit log",), ("audit.ledger.",)),
    Demand(ISO_27001, "A.5.34", "Privacy and personal data", _REQUESTS, ("Privacy",), ("subjects.",)),
    Demand(ISO_27001, "A.6.3", "Awareness and training", _ITEMS, ("Security",), ("registers.item.",)),
    Demand(ISO_27001, "A.8.2", "Privileged access", "admin:posture", ("Accounts",), ("accounts.",)),
    Demand(ISO_27001, "A.8.5", "Secure authentication", "admin:posture", ("Accounts",), ("accounts.",)),
    Demand(ISO_27001, "A.8.8", "Technical vulnerabilities", "admin:posture", ("Security",), ("scanning.",)),
    Demand(ISO_27001, "A.8.9", "Configuration", "admin:posture", ("Operation", "Interface")),
    Demand(ISO_27001, "A.8.10", "Deletion of information", _POLICIES, ("Privacy",),
           ("retention.", "subjects.erasure.")),
    Demand(ISO_27001, "A.8.13", "Backup", "admin:posture", ("Keys", "Privacy"), ("escrow.", "subjects.restore_drill")),
    Demand(ISO_27001, "A.8.15", "Logging", _LEDGER, ("Audit log",), ("audit.",)),
    Demand(ISO_27001, "A.8.16", "Monitoring", _DETECTIONS, ("Security", "Monitoring"), ("detections.",)),
    Demand(ISO_27001, "A.8.24", "Use of cryptography", "admin:posture", ("Encryption", "Keys"), ("keys.",)),
    Demand("OWASP AISVS", "C6", "Supply chain of models", "admin:posture", ("Models",)),
)  # fmt: skip
