"""The text of a card may change in a transaction that takes a person's name out of it, and in no other.

The switch is a setting of that transaction that names the revision. Everything else of a revision stays fixed.
"""

from django.db import migrations

FIXED = ["id", "model_id", "number", "risk_class", "created_at"]
BUT_FOR_AN_ERASURE = ["content"]


def _trigger(name: str, columns: list[str], when: str = "") -> str:
    arguments = ", ".join(f"'{column}'" for column in columns)
    return (
        f"CREATE TRIGGER {name} BEFORE UPDATE ON cards_cardrevision FOR EACH ROW {when} "
        f"EXECUTE FUNCTION registry_refuse_change({arguments});"
    )


FORWARD = (
    "DROP TRIGGER cards_cardrevision_immutable ON cards_cardrevision;"
    + _trigger("cards_cardrevision_immutable", FIXED)
    + _trigger(
        "cards_cardrevision_text",
        BUT_FOR_AN_ERASURE,
        "WHEN (coalesce(current_setting('modelops.erasing_text', true), '') <> OLD.id::text)",
    )
)
BACKWARD = (
    "DROP TRIGGER cards_cardrevision_text ON cards_cardrevision;"
    "DROP TRIGGER cards_cardrevision_immutable ON cards_cardrevision;"
    + _trigger("cards_cardrevision_immutable", [*FIXED, *BUT_FOR_AN_ERASURE])
)


class Migration(migrations.Migration):
    dependencies = [("cards", "0002_card_draft"), ("registry", "0008_purpose_risk_and_origin")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
