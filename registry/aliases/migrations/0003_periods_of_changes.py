"""Periods for the moves that were made before there were any."""

from django.db import migrations

_FROM_CHANGES = """
INSERT INTO aliases_aliasperiod (id, model_id, alias, number, during)
SELECT id, model_id, alias, to_number, during
FROM (
    SELECT id, model_id, alias, to_number,
        tstzrange(changed_at, greatest(changed_at, lead(changed_at) OVER moves)) AS during
    FROM aliases_aliaschange
    WINDOW moves AS (PARTITION BY model_id, alias ORDER BY changed_at, id)
) AS moved
WHERE to_number IS NOT NULL AND NOT isempty(during)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("aliases", "0002_alias_periods"),
    ]

    operations = [
        migrations.RunSQL(_FROM_CHANGES, "DELETE FROM aliases_aliasperiod"),
    ]
