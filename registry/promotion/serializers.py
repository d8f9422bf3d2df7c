"""What goes in and out over REST about promotions."""

from typing import Any

from rest_framework import serializers

from .models import Promotion
from .policies import Policy


class PromotionIn(serializers.Serializer):
    alias = serializers.CharField(help_text="A protected alias, such as production.")
    version = serializers.IntegerField(min_value=1, help_text="Always named: no version is chosen by itself.")
    reason = serializers.CharField(required=False, default="", allow_blank=True, help_text="Why it is to be promoted.")
    override_reason = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="Why failed gates are passed by; one more approves."
    )


class ApprovalIn(serializers.Serializer):
    payload_digest = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="Of what was looked at; another one is refused."
    )


class RejectionIn(serializers.Serializer):
    reason = serializers.CharField(help_text="Why not; at most 500 characters.")


class GateOut(serializers.Serializer):
    """What one gate said."""

    gate = serializers.CharField()
    label = serializers.CharField()
    passed = serializers.BooleanField()
    reason = serializers.CharField()


class PromotionApprovalOut(serializers.Serializer):
    approver = serializers.CharField(source="approver_ref", help_text="Id of the account.")
    approved_at = serializers.DateTimeField()


class PromotionOut(serializers.ModelSerializer):
    """A request. ``gates`` is what was said when it was asked for, ``final_gates`` when it was carried out."""

    model = serializers.CharField(source="model.name", read_only=True)
    version = serializers.IntegerField(source="number", read_only=True)
    # Text, with the words in the help: both names are fields of many resources.
    kind = serializers.CharField(read_only=True, help_text="promotion, or rollback to a version that was live before.")
    state = serializers.CharField(
        read_only=True, help_text="waiting, executed, rejected, withdrawn, expired or outdated."
    )
    requester = serializers.SerializerMethodField(help_text="user, service or system, and its id.")
    gates = GateOut(many=True, read_only=True)
    final_gates = GateOut(many=True, read_only=True, allow_null=True)
    approvals = PromotionApprovalOut(many=True, read_only=True)

    class Meta:
        model = Promotion
        fields = (
            "id", "model", "alias", "version", "from_number", "kind", "state", "reason", "override_reason", "gates",
            "final_gates", "payload", "payload_digest", "approvals_needed", "approvals", "requester", "created_at",
            "expires_at", "decided_at", "decision_reason",
        )  # fmt: skip
        read_only_fields = fields

    def get_requester(self, promotion: Promotion) -> str:
        return f"{promotion.requester_kind}:{promotion.requester_ref}"


class BestPromotionOut(serializers.Serializer):
    """Which version "promote best" means now, and why. Nothing moves before it is asked for by its number."""

    version = serializers.IntegerField()
    why = serializers.CharField()
    live = serializers.IntegerField(allow_null=True, help_text="Where the alias points now.")
    gates = GateOut(many=True)


class PolicySerializer(serializers.Serializer):
    """What a model demands; what is left out of a change falls back to its default."""

    revision = serializers.IntegerField(read_only=True, help_text="0: nobody has set any, these are the defaults.")
    approvals = serializers.IntegerField(required=False, allow_null=True, default=None)
    alias_approvals = serializers.DictField(child=serializers.IntegerField(), required=False, default=dict)
    min_quality = serializers.DecimalField(
        max_digits=5, decimal_places=2, required=False, allow_null=True, default=Policy().min_quality,
        coerce_to_string=False,
    )  # fmt: skip
    metric_tolerance = serializers.FloatField(required=False, allow_null=True, default=Policy().metric_tolerance)
    requires_card = serializers.BooleanField(required=False, default=True)
    blocks_on_alerts = serializers.BooleanField(required=False, default=True)
    provenance_issuers = serializers.ListField(child=serializers.CharField(), required=False, default=list)

    def as_policy(self) -> Policy:
        """What was sent, once it is valid."""
        said: dict[str, Any] = dict(self.validated_data)
        return Policy(**said | {"provenance_issuers": tuple(said["provenance_issuers"])})


class OverrideOut(serializers.Serializer):
    """One promotion that passed a failed gate by."""

    promotion = serializers.UUIDField(source="id")
    model = serializers.CharField(source="model.name")
    version = serializers.IntegerField(source="number")
    alias = serializers.CharField()
    decided_at = serializers.DateTimeField()
    gates = serializers.ListField(child=serializers.CharField(), source="failed_gate_names")
    reason = serializers.CharField(source="override_reason")
    requester = serializers.CharField(source="requester_ref")
    approvers = serializers.ListField(child=serializers.CharField(), source="approver_refs")
