"""How long registers are kept."""

from compliance.retention import keep

keep(
    "registers.records",
    "Registers of activities, breaches, incidents, trainings and tests",
    "Kept: the controller shows them to the authority (GDPR Art. 5(2), 30(4), 33(5)).",
    "registers.ProcessingActivity",
    "registers.Breach",
    "registers.Incident",
    "registers.LogEntry",
    "registers.RegisterItem",
)
keep(
    "registers.consents",
    "Consents",
    "Kept until the person asks for erasure: that consent was given must be shown (GDPR Art. 7(1)).",
    "registers.Consent",
)
