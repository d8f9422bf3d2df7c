"""Which article or control asks for what, and where the portal shows it live."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Demand:
    """One article or control, the room of the admin that answers it, and the areas of the posture that prove it."""

    framework: str
    reference: str
    says: str
    page: str
    areas: tuple[str, ...]


DEMANDS: Final = (
    Demand("GDPR", "Art. 5(1)(e)", "Storage limitation", "admin:retention_retentionpolicy_changelist", ("Privacy",)),
    Demand("GDPR", "Art. 7", "Conditions for consent", "admin:registers_consent_changelist", ("Privacy",)),
    Demand("GDPR", "Art. 12–22", "Rights of people", "admin:subjects_subjectrequest_changelist", ("Privacy",)),
    Demand("GDPR", "Art. 30", "Records of processing", "admin:registers_processingactivity_changelist", ("Privacy",)),
    Demand("GDPR", "Art. 32", "Security of processing", "admin:posture", ("Encryption", "Access", "Security")),
    Demand("GDPR", "Art. 33", "Notification of breaches", "admin:registers_breach_changelist", ("Privacy",)),
    Demand("CCPA", "§ 1798.130", "Requests within 45 days", "admin:subjects_subjectrequest_changelist", ("Privacy",)),
    Demand("HIPAA", "164.308(a)(6)", "Security incidents", "admin:registers_incident_changelist", ("Security",)),
    Demand("HIPAA", "164.312(b)", "Audit controls", "admin:audit_auditevent_changelist", ("Audit",)),
    Demand("SOC 2", "CC6.1–CC6.3", "Logical access", "admin:reviews_accessreview_changelist", ("Access",)),
    Demand("SOC 2", "CC7.2–CC7.4", "Monitoring and response", "admin:detections_detection_changelist", ("Security",)),
    Demand("ISO 27001", "A.5.18", "Access rights", "admin:reviews_accessreview_changelist", ("Access",)),
    Demand("ISO 27001", "A.8.15", "Logging", "admin:audit_auditevent_changelist", ("Audit",)),
    Demand("ISO 27001", "A.8.24", "Use of cryptography", "admin:posture", ("Encryption",)),
    Demand("OWASP AISVS", "C6", "Supply chain of models", "admin:posture", ("Models",)),
)
