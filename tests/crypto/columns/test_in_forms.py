"""pgcrypto columns in forms, the admin and serializers."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.forms import modelform_factory
from rest_framework import serializers as rest

from modelops.crypto.columns import EncryptedJSONField, EncryptedTextField

pytestmark = pytest.mark.django_db


def test_forms_edit_what_is_editable(patient: Any) -> None:
    """S3-10: a form shows and stores values; what cannot be stored becomes an error of its field."""
    form_class = modelform_factory(patient, fields=["email", "other", "facts"])
    form = form_class({"email": "a@example.org", "other": "", "facts": '{"depth": 3}'})
    assert form.is_valid(), form.errors
    row = form.save()
    again = patient.objects.get(pk=row.pk)
    assert (again.email, again.other, again.facts) == ("a@example.org", "", {"depth": 3})
    page = form_class(instance=again).as_p()
    assert "a@example.org" in page
    assert "&quot;depth&quot;: 3" in page
    unchanged = form_class({"email": "a@example.org", "other": "", "facts": '{"depth": 3}'}, instance=again)
    assert unchanged.changed_data == ["facts"]  # as with every callable default, Django's own JSONField too
    for data, field in [({"email": "a\x00", "facts": "{}"}, "email"), ({"email": "a", "facts": "{"}, "facts")]:
        bad = form_class(data)
        assert not bad.is_valid()
        assert list(bad.errors) == [field]
    sealed = form_class({"email": "sealed:AAAA", "facts": "{}"})
    assert sealed.is_valid()
    assert patient.objects.get(pk=sealed.save().pk).email == "sealed:AAAA"


def test_a_number_as_json_goes_through_a_form(patient: Any) -> None:
    row = patient.objects.create(facts=3)
    form_class = modelform_factory(patient, fields=["facts"])
    assert ">\n3</textarea>" in form_class(instance=row).as_p()
    form = form_class(instance=row)
    assert not form.fields["facts"].has_changed(form.initial["facts"], "3")
    assert form.fields["facts"].has_changed(form.initial["facts"], "4")


def test_columns_are_not_editable_unless_they_say_so() -> None:
    assert not EncryptedTextField().editable
    assert not EncryptedJSONField().editable


def test_rest_serializers_know_the_kinds(patient: Any) -> None:
    class Out(rest.ModelSerializer):
        class Meta:
            model = patient
            fields = ("email", "facts")

    row = patient.objects.create(email="a@example.org", facts={"depth": [1, 2]})
    assert Out(patient.objects.get(pk=row.pk)).data == {"email": "a@example.org", "facts": {"depth": [1, 2]}}
    assert isinstance(Out().fields["facts"], rest.JSONField)


def test_the_admin_edits_them_in_its_own_widgets(patient: Any, rf: Any, admin_user_like: Any) -> None:
    """S3-10: a ModelAdmin shows and saves a field that says editable=True."""
    model_admin = admin.ModelAdmin(patient, admin.site)
    request = rf.get("/")
    request.user = admin_user_like
    form_class = model_admin.get_form(request, fields=["email", "facts"])
    assert isinstance(form_class.base_fields["email"].widget, AdminTextareaWidget)
    form = form_class({"email": "a@example.org", "facts": "[1]"})
    assert form.is_valid(), form.errors
    model_admin.save_model(request, form.save(commit=False), form, change=False)
    row = patient.objects.get(email_index="a@example.org")
    assert (row.email, row.facts) == ("a@example.org", [1])
    assert "a@example.org" in form_class(instance=row).as_p()


@pytest.fixture
def admin_user_like() -> Any:
    """Who may do everything; no account is needed to render a form."""

    class Everything:
        is_active = is_staff = is_superuser = True

        def has_perm(self, permission: str, row: object = None) -> bool:
            return True

    return Everything()
