"""What the registers take and give over REST. Names of fields are those of the rows."""

from typing import Any

from rest_framework import serializers

from .models import Breach, BreachState, Consent, LegalBasis, ProcessingActivity

_WORDS = ("controller", "purpose", "subjects", "categories", "recipients", "transfers", "retention", "measures")


class ActivityOut(serializers.ModelSerializer):
    basis = serializers.CharField(read_only=True, help_text=", ".join(LegalBasis.values))
    datasets = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ProcessingActivity
        fields = ("id", "name", *_WORDS, "basis", "datasets", "revision", "changed_at", "ended_at")
        read_only_fields = fields


class ActivityRevisionIn(serializers.Serializer):
    """What is left out stays as it is."""

    controller = serializers.CharField(max_length=400, required=False)
    purpose = serializers.CharField(max_length=1000, required=False)
    basis = serializers.ChoiceField(LegalBasis.values, required=False)
    subjects = serializers.CharField(max_length=400, required=False, help_text="Categories of people.")
    categories = serializers.CharField(max_length=400, required=False, help_text="Categories of data.")
    recipients = serializers.CharField(max_length=400, required=False)
    transfers = serializers.CharField(max_length=400, required=False)
    retention = serializers.CharField(max_length=400, required=False)
    measures = serializers.CharField(max_length=1000, required=False)
    datasets = serializers.ListField(child=serializers.CharField(max_length=100), max_length=200, required=False)


class ActivityIn(ActivityRevisionIn):
    """Every field of GDPR Art. 30(1)."""

    name = serializers.CharField(max_length=120)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name in (*_WORDS, "basis"):
            fields[name].required = True
        return fields


class ConsentOut(serializers.ModelSerializer):
    """A consent without the person: who it is of is found through a subject request."""

    activity = serializers.CharField(source="activity.name", read_only=True)

    class Meta:
        model = Consent
        fields = ("id", "activity", "text_version", "source", "given_at", "withdrawn_at", "withdrawal_source")
        read_only_fields = fields


class ConsentIn(serializers.Serializer):
    activity = serializers.CharField(max_length=120, help_text="Name of the activity.")
    subject = serializers.CharField(max_length=320, help_text="The person's e-mail address or reference.")
    text_version = serializers.CharField(max_length=60)
    source = serializers.CharField(max_length=120, help_text="The form, letter or call.")


class ConsentWithdrawalIn(serializers.Serializer):
    activity = serializers.CharField(max_length=120, help_text="Name of the activity.")
    subject = serializers.CharField(max_length=320, help_text="The person's e-mail address or reference.")
    source = serializers.CharField(max_length=120, help_text="The form, letter or call.")


class ConsentWithdrawalOut(serializers.Serializer):
    withdrawn = serializers.IntegerField(help_text="How many consents of the person to the activity ended.")


class UnagreedOut(serializers.Serializer):
    """Somebody in data of the activity without a consent in force, by a reference that names nobody."""

    reference = serializers.CharField(help_text="The same on every page and day; a subject request finds who it is.")
    rows = serializers.IntegerField(help_text="How many rows of the data hold the person.")
    versions = serializers.ListField(child=serializers.CharField(), help_text="The dataset versions.")
    has_withdrawn = serializers.BooleanField(help_text="A consent was taken back; otherwise none was ever recorded.")


class UnagreedPageOut(serializers.Serializer):
    results = UnagreedOut(source="people", many=True)
    next_after = serializers.CharField(help_text="Send it as ?after= for the next page; empty at the end.")


class BreachOut(serializers.ModelSerializer):
    state = serializers.CharField(read_only=True, help_text=", ".join(BreachState.values))
    due_at = serializers.DateTimeField(read_only=True, help_text="72 hours after it was known.")
    clock = serializers.CharField(read_only=True)

    class Meta:
        model = Breach
        fields = (
            "id", "title", "known_at", "due_at", "clock", "nature", "categories", "subject_count", "record_count",
            "contact", "consequences", "measures", "state", "decided_at", "reason",
        )  # fmt: skip
        read_only_fields = fields


class BreachIn(serializers.Serializer):
    """The contents of GDPR Art. 33(3)."""

    title = serializers.CharField(max_length=120)
    known_at = serializers.DateTimeField()
    nature = serializers.CharField(max_length=2000)
    categories = serializers.CharField(max_length=1000)
    subject_count = serializers.IntegerField(min_value=0, max_value=10**12)
    record_count = serializers.IntegerField(min_value=0, max_value=10**15)
    contact = serializers.CharField(max_length=400)
    consequences = serializers.CharField(max_length=2000)
    measures = serializers.CharField(max_length=2000)


class BreachDecisionIn(serializers.Serializer):
    state = serializers.ChoiceField([BreachState.NOTIFIED.value, BreachState.NOT_REQUIRED.value])
    reason = serializers.CharField(max_length=1000, help_text="With the number of the notification.")


class BreachEntryIn(serializers.Serializer):
    text = serializers.CharField(max_length=1000, help_text="What was found, decided or done; no names.")


class BreachEntryOut(serializers.Serializer):
    at = serializers.DateTimeField()
    text = serializers.CharField()
