"""Whoever's rights change signs in again, whichever way the change came: a service, the admin, a shell, raw SQL.

A session that was opened with fewer rights must not carry more, and one of more rights must not outlive them. API keys
stay: what they may do is looked up at each request.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION accounts_end_sign_ins() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    people uuid[];
BEGIN
    IF TG_TABLE_NAME = 'accounts_user' THEN
        people := ARRAY[NEW.id];
    ELSIF TG_OP = 'INSERT' THEN
        people := ARRAY[NEW.user_id];
    ELSIF TG_OP = 'DELETE' THEN
        people := ARRAY[OLD.user_id];
    ELSE
        people := ARRAY[OLD.user_id, NEW.user_id];
    END IF;
    UPDATE accounts_session SET revoked_at = now() WHERE user_id = ANY (people) AND revoked_at IS NULL;
    UPDATE accounts_refreshtoken SET revoked_at = now() WHERE user_id = ANY (people) AND revoked_at IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER accounts_end_sign_ins AFTER UPDATE ON accounts_user FOR EACH ROW
    WHEN ((OLD.is_active, OLD.is_staff, OLD.is_superuser) IS DISTINCT FROM (NEW.is_active, NEW.is_staff, NEW.is_superuser))
    EXECUTE FUNCTION accounts_end_sign_ins();
CREATE TRIGGER accounts_end_sign_ins AFTER INSERT OR UPDATE OR DELETE ON accounts_user_groups FOR EACH ROW
    EXECUTE FUNCTION accounts_end_sign_ins();
CREATE TRIGGER accounts_end_sign_ins AFTER INSERT OR UPDATE OR DELETE ON accounts_user_user_permissions FOR EACH ROW
    EXECUTE FUNCTION accounts_end_sign_ins();
"""
UNDO = """
DROP TRIGGER accounts_end_sign_ins ON accounts_user_user_permissions;
DROP TRIGGER accounts_end_sign_ins ON accounts_user_groups;
DROP TRIGGER accounts_end_sign_ins ON accounts_user;
DROP FUNCTION accounts_end_sign_ins();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_devices")]

    operations = [migrations.RunSQL(FUNCTION, UNDO)]
