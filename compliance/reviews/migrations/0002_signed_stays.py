"""The database itself keeps a signed review and its lines as they are."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION reviews_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    signed timestamptz;
BEGIN
    IF TG_TABLE_NAME = 'reviews_accessreview' THEN
        signed := OLD.signed_at;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT signed_at INTO signed FROM reviews_accessreview WHERE id = NEW.review_id;
    ELSE
        SELECT signed_at INTO signed FROM reviews_accessreview WHERE id = OLD.review_id;
    END IF;
    IF signed IS NOT NULL THEN
        RAISE EXCEPTION 'A signed access review stays as it is.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$
"""
TRIGGERS = {
    "reviews_accessreview": "UPDATE OR DELETE",
    "reviews_reviewline": "INSERT OR UPDATE OR DELETE",
}


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION reviews_refuse_change()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_signed BEFORE {acts} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION reviews_refuse_change()",
                f"DROP TRIGGER {table}_signed ON {table}",
            )
            for table, acts in TRIGGERS.items()
        ),
    ]
