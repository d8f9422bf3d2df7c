"""API sign-ins have a list in the admin; who an account belongs to can be looked up."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_session_factor"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="refreshtoken",
            options={"ordering": ["-created_at"], "verbose_name": "API sign-in"},
        ),
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": [("reveal_user", "Can look up who an account belongs to, with a reason")],
                "verbose_name": "user",
                "verbose_name_plural": "users",
            },
        ),
    ]
