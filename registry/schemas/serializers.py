"""What the REST interface takes and gives about schemas."""

from rest_framework import serializers

from registry.api.strict import StrictSerializer

from .vocabulary import DATA_CLASSES, PERSONAL, TYPES

_BOUND = "A number; for dates 2013-01-31 or 2013-01-31T12:00. Null for none."


class SchemaColumnIn(StrictSerializer):
    """What is said of one column."""

    name = serializers.CharField(max_length=255, trim_whitespace=False)
    type = serializers.ChoiceField(choices=list(TYPES))
    nullable = serializers.BooleanField(default=True, help_text="Whether cells may be empty.")
    unit = serializers.CharField(max_length=40, allow_blank=True, default="")
    min = serializers.JSONField(allow_null=True, default=None, help_text=_BOUND)
    max = serializers.JSONField(allow_null=True, default=None, help_text=_BOUND)
    categories = serializers.ListField(
        child=serializers.CharField(max_length=200, allow_blank=True, trim_whitespace=False),
        max_length=1000, default=list, help_text="The only values that may occur; empty for any.",
    )  # fmt: skip
    personal = serializers.ChoiceField(choices=list(PERSONAL), default="none")
    confirmed = serializers.BooleanField(default=True, help_text="false keeps it a proposal.")


class SchemaIn(StrictSerializer):
    """A whole schema."""

    columns = SchemaColumnIn(many=True, max_length=10_000)
    keys = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(max_length=255), min_length=1, max_length=50),
        max_length=10, default=list, help_text="Lists of columns whose values together occur once.",
    )  # fmt: skip
    time_column = serializers.CharField(max_length=255, allow_blank=True, default="")
    data_class = serializers.ChoiceField(choices=list(DATA_CLASSES), default="training_data")
    number = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, help_text="The version that was read; refused when stale."
    )


class SchemaColumnOut(serializers.Serializer):
    """What is said of one column, or proposed while ``confirmed`` is false."""

    name = serializers.CharField()
    type = serializers.ChoiceField(choices=list(TYPES))
    nullable = serializers.BooleanField()
    unit = serializers.CharField()
    min = serializers.JSONField()
    max = serializers.JSONField()
    categories = serializers.ListField(child=serializers.CharField())
    personal = serializers.ChoiceField(choices=list(PERSONAL))
    confirmed = serializers.BooleanField()


class DatasetSchemaOut(serializers.Serializer):
    """The schema that counts; ``number`` 0 is a proposal that nobody has written yet."""

    dataset = serializers.CharField()
    number = serializers.IntegerField()
    confirmed = serializers.BooleanField(help_text="Whether every column is.")
    data_class = serializers.ChoiceField(choices=list(DATA_CLASSES))
    keys = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    time_column = serializers.CharField()
    columns = SchemaColumnOut(many=True)


class WhichSchemaIn(serializers.Serializer):
    """Which version; without it the one that counts."""

    number = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class SchemaRangeIn(serializers.Serializer):
    """Two versions; without them the newest and the one before."""

    before = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    after = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class SchemaDifferenceOut(serializers.Serializer):
    """One thing that two versions say differently."""

    column = serializers.CharField()
    kind = serializers.CharField(help_text="added, removed, retyped, nullable, range, categories, unit or personal")
    words = serializers.CharField()
    breaking = serializers.BooleanField(help_text="A reader of the earlier version would stumble over it.")


class SchemaDifferencesOut(serializers.Serializer):
    """What two versions of a schema say differently."""

    dataset = serializers.CharField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    breaking = serializers.BooleanField()
    changes = SchemaDifferenceOut(many=True)
