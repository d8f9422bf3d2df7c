"""Streams, batches, rows, ground truth and windows of predictions.

The rows stand in a table that is partitioned by the month in which they arrived: ranges of the primary key, a UUID of
version 7, which begins with its time. The application makes months to come, and drops those whose time is over, through
two functions with the owner's rights: it may do nothing else with the shape of a table.
"""

import django.db.models.deletion
from django.db import migrations, models

import modelops.crypto.blind_index
import modelops.crypto.fields
import modelops.lib.ids

CREATE = """
CREATE TABLE predictions_prediction (
    id uuid NOT NULL PRIMARY KEY,
    stream_id bigint NOT NULL,
    batch_id uuid NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    key varchar(100) NOT NULL,
    at timestamptz NOT NULL,
    number double precision NULL,
    label varchar(100) NOT NULL,
    probability double precision NULL,
    latency_ms double precision NULL,
    error varchar(60) NOT NULL,
    subject bytea NULL,
    subject_index bytea NULL
) PARTITION BY RANGE (id);
CREATE TABLE predictions_prediction_rest PARTITION OF predictions_prediction DEFAULT;
CREATE INDEX predictions_stream_at ON predictions_prediction (stream_id, at);
CREATE INDEX predictions_key ON predictions_prediction (key) WHERE key <> '';
CREATE INDEX predictions_subject ON predictions_prediction (subject_index) WHERE subject_index IS NOT NULL;
"""

DROP = "DROP TABLE predictions_prediction"

FUNCTIONS = r"""
CREATE FUNCTION @schema@.predictions_make_months(ahead integer) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp SET lock_timeout = '3s' AS $function$
DECLARE
    first timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    month timestamp;
    name text;
    low uuid;
    high uuid;
BEGIN
    IF ahead NOT BETWEEN 0 AND 24 THEN
        RAISE EXCEPTION 'modelops: between 0 and 24 months ahead can be made' USING ERRCODE = '22023';
    END IF;
    FOR step IN 0..ahead LOOP
        month := first + make_interval(months => step);
        name := 'predictions_prediction_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass(format('%I.%I', '@plain@', name)) IS NOT NULL;
        low := (lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
        high := (lpad(to_hex((extract(epoch FROM month + interval '1 month') * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid;
        -- A month of which rows wait in the rest is made by nobody: they are found there as well.
        CONTINUE WHEN EXISTS (SELECT FROM predictions_prediction_rest WHERE id >= low AND id < high);
        EXECUTE format('CREATE TABLE %I.%I PARTITION OF %I.predictions_prediction FOR VALUES FROM (%L) TO (%L)',
            '@plain@', name, '@plain@', low, high);
        RETURN NEXT name;
    END LOOP;
END
$function$;
REVOKE ALL ON FUNCTION @schema@.predictions_make_months(integer) FROM PUBLIC;

CREATE FUNCTION @schema@.predictions_drop_months(before timestamptz) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp SET lock_timeout = '3s' AS $function$
DECLARE
    name text;
BEGIN
    IF before > date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' THEN
        RAISE EXCEPTION 'modelops: this month and those to come are not dropped' USING ERRCODE = '22023';
    END IF;
    FOR name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = '@schema@.predictions_prediction'::regclass AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
            AND right(c.relname, 7) < to_char(before AT TIME ZONE 'UTC', 'YYYY_MM')
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %I.%I', '@plain@', name);
        RETURN NEXT name;
    END LOOP;
END
$function$;
REVOKE ALL ON FUNCTION @schema@.predictions_drop_months(timestamptz) FROM PUBLIC;
"""


def make_months(apps, schema_editor) -> None:
    """In the schema of this installation: a function with the owner's rights must not look for names elsewhere."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        (plain,) = cursor.fetchone()
        quoted = schema_editor.quote_name(plain)
        cursor.execute(FUNCTIONS.replace("@schema@", quoted).replace("@plain@", plain.replace("'", "''")))
        cursor.execute("SELECT predictions_make_months(3)")


def drop_functions(apps, schema_editor) -> None:
    """Take both functions back."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION predictions_make_months(integer)")
        cursor.execute("DROP FUNCTION predictions_drop_months(timestamptz)")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0009_download_quarantined"),
    ]

    operations = [
        migrations.CreateModel(
            name="PredictionBatch",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rows", "Predictions, row by row"),
                            ("sketch", "Sketches of predictions"),
                            ("truth", "Ground truth"),
                        ],
                        max_length=8,
                    ),
                ),
                ("client_id", models.CharField(max_length=100)),
                ("sent_digest", models.BinaryField(max_length=32)),
                ("rows", models.PositiveIntegerField()),
                ("errors", models.PositiveIntegerField(default=0)),
                (
                    "cells",
                    models.PositiveBigIntegerField(default=0, help_text="Values of features, present or not."),
                ),
                (
                    "nulls",
                    models.PositiveBigIntegerField(default=0, help_text="Those of them that are missing."),
                ),
                ("ignored", models.PositiveIntegerField(default=0)),
                ("contradicted", models.PositiveIntegerField(default=0)),
                ("first_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prediction_batches",
                        to="registry.registeredmodel",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="FeatureSchema",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="feature_schema",
                        serialize=False,
                        to="registry.modelversion",
                    ),
                ),
                ("features", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="GroupPolicy",
            fields=[
                (
                    "model",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="group_policy",
                        serialize=False,
                        to="registry.registeredmodel",
                    ),
                ),
                ("features", models.JSONField(default=list)),
                ("favourable", models.CharField(max_length=100)),
                ("limit", models.FloatField(default=0.1)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name_plural": "group policies",
            },
        ),
        migrations.CreateModel(
            name="FeatureBlock",
            fields=[
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="feature_block",
                        serialize=False,
                        to="predictions.predictionbatch",
                    ),
                ),
                ("content", modelops.crypto.fields.SealedBytesField()),
            ],
        ),
        migrations.CreateModel(
            name="Stream",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("version_number", models.PositiveIntegerField()),
                ("predictions", models.BigIntegerField(default=0)),
                ("errors", models.BigIntegerField(default=0)),
                ("error_classes", models.JSONField(default=dict)),
                ("latency_counts", models.JSONField(default=list)),
                ("latency_sum_ms", models.FloatField(default=0)),
                ("first_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(null=True)),
                ("last_received_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prediction_streams",
                        to="registry.registeredmodel",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="prediction_streams",
                        to="registry.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["model", "-version_number"],
            },
        ),
        migrations.AddField(
            model_name="predictionbatch",
            name="stream",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="batches", to="predictions.stream"
            ),
        ),
        migrations.CreateModel(
            name="Window",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("starts_at", models.DateTimeField()),
                ("is_stale", models.BooleanField(default=True)),
                ("figures", models.JSONField(default=dict)),
                ("computed_at", models.DateTimeField(null=True)),
                (
                    "stream",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="windows", to="predictions.stream"
                    ),
                ),
            ],
            options={
                "ordering": ["stream", "starts_at"],
            },
        ),
        migrations.CreateModel(
            name="GroundTruth",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("key", models.CharField(max_length=100)),
                ("number", models.FloatField(null=True)),
                ("label", models.CharField(default="", max_length=100)),
                ("observed_at", models.DateTimeField(help_text="When it became known.")),
                ("received_at", models.DateTimeField()),
                ("is_current", models.BooleanField(default=True)),
                ("is_contradiction", models.BooleanField(default=False)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="truths",
                        to="predictions.predictionbatch",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ground_truth",
                        to="registry.registeredmodel",
                    ),
                ),
            ],
            options={
                "verbose_name": "ground truth",
                "verbose_name_plural": "ground truth",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["received_at"], name="predictions_truth_received"),
                    models.Index(
                        condition=models.Q(("is_contradiction", True)),
                        fields=["model", "received_at"],
                        name="predictions_contradictions",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)), fields=("model", "key"), name="predictions_truth_once"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="stream",
            index=models.Index(
                condition=models.Q(("version", None)), fields=["created_at"], name="predictions_unknown"
            ),
        ),
        migrations.AddConstraint(
            model_name="stream",
            constraint=models.UniqueConstraint(fields=("model", "version_number"), name="predictions_stream_once"),
        ),
        migrations.AddIndex(
            model_name="predictionbatch",
            index=models.Index(fields=["stream", "last_at"], name="predictions_batch_recent"),
        ),
        migrations.AddIndex(
            model_name="predictionbatch",
            index=models.Index(fields=["received_at"], name="predictions_batch_received"),
        ),
        migrations.AddConstraint(
            model_name="predictionbatch",
            constraint=models.UniqueConstraint(fields=("model", "kind", "client_id"), name="predictions_batch_once"),
        ),
        migrations.AddConstraint(
            model_name="predictionbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["rows", "sketch", "truth"])), name="predictions_batch_kind_known"
            ),
        ),
        migrations.AddIndex(
            model_name="window",
            index=models.Index(condition=models.Q(("is_stale", True)), fields=["id"], name="predictions_window_stale"),
        ),
        migrations.AddConstraint(
            model_name="window",
            constraint=models.UniqueConstraint(fields=("stream", "starts_at"), name="predictions_window_once"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, DROP), migrations.RunPython(make_months, drop_functions)],
            state_operations=[
                migrations.CreateModel(
                    name="Prediction",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("position", models.PositiveIntegerField()),
                        ("key", models.CharField(default="", max_length=100)),
                        ("at", models.DateTimeField()),
                        ("number", models.FloatField(null=True)),
                        ("label", models.CharField(default="", max_length=100)),
                        ("probability", models.FloatField(null=True)),
                        ("latency_ms", models.FloatField(null=True)),
                        ("error", models.CharField(default="", max_length=60)),
                        ("subject", modelops.crypto.fields.SealedTextField(null=True)),
                        (
                            "subject_index",
                            modelops.crypto.blind_index.BlindIndexField(db_index=True, null=True, source="subject"),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="predictions",
                                to="predictions.predictionbatch",
                            ),
                        ),
                        (
                            "stream",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rows",
                                to="predictions.stream",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                    },
                ),
                migrations.AddIndex(
                    model_name="prediction",
                    index=models.Index(fields=["stream", "at"], name="predictions_stream_at"),
                ),
                migrations.AddIndex(
                    model_name="prediction",
                    index=models.Index(
                        condition=models.Q(("key", ""), _negated=True), fields=["key"], name="predictions_key"
                    ),
                ),
                migrations.AddIndex(
                    model_name="prediction",
                    index=models.Index(
                        condition=models.Q(("subject_index__isnull", False)),
                        fields=["subject_index"],
                        name="predictions_subject",
                    ),
                ),
            ],
        ),
    ]
