"""Which event tells of provenance."""

from compliance.audit.coverage import model

from .audit_events import ATTESTATION_ADDED, ATTESTATION_CHECKED, POLICY_SET

model("provenance.Attestation", ATTESTATION_ADDED, ATTESTATION_CHECKED)
model("provenance.ProvenancePolicy", POLICY_SET)
