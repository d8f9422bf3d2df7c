"""The compliance officer reads runs in the admin; nobody changes them there."""

from __future__ import annotations

import pytest

from dataquality.models import QualityIssue
from dataquality.services import start_quality_run
from dataquality.suite_services import create_suite, revise_suite
from tests.accounts.people import make_user
from tests.dataquality.datasets import ACTOR, signed_in, stored, work

pytestmark = pytest.mark.django_db


def test_the_officer_reads_runs_and_issues() -> None:
    run = start_quality_run(stored("t", {"a": [1, None, 3]}), actor=ACTOR)
    work()
    issue = QualityIssue.objects.get()
    officer = signed_in(make_user("officer", "Compliance officer"))
    assert "t v1" in officer.get("/admin/dataquality/qualityrun/").content.decode()
    assert "88.88" in officer.get(f"/admin/dataquality/qualityrun/{run.pk}/change/").content.decode()
    assert "missing" in officer.get("/admin/dataquality/qualityissue/?q=a").content.decode()
    assert officer.get(f"/admin/dataquality/qualityissue/{issue.pk}/change/").status_code == 200
    assert officer.post(f"/admin/dataquality/qualityrun/{run.pk}/change/", {"state": "failed"}).status_code == 403
    assert officer.post(f"/admin/dataquality/qualityrun/{run.pk}/delete/", {"post": "yes"}).status_code == 403
    assert officer.get("/admin/dataquality/qualityrun/add/").status_code == 403


def test_the_officer_reads_suites_with_their_versions() -> None:
    """S3-29: who wrote which version with how many rules; the rules themselves stay encrypted."""
    version = stored("t", {"a": [1, None, 3]})
    rule = {"name": "secret-bound", "rule": "range", "columns": ["a"], "params": {"max": 424242}}
    suite = create_suite(version.dataset, "usual", {"rules": [rule]}, actor=ACTOR)
    revise_suite(suite, {"rules": [rule, {"name": "rows", "rule": "volume", "params": {"min": 1}}]}, actor=ACTOR)
    officer = signed_in(make_user("officer", "Compliance officer"))
    assert "usual" in officer.get("/admin/dataquality/rulesuite/?q=usual").content.decode()
    address = f"/admin/dataquality/rulesuite/{suite.pk}/change/"
    page = officer.get(address).content.decode()
    assert suite.versions.get(number=1).digest in page
    assert suite.versions.get(number=2).digest in page
    assert "424242" not in page
    assert officer.post(address, {"name": "other"}).status_code == 403
    assert officer.get("/admin/dataquality/rulesuite/add/").status_code == 403
    assert officer.post(f"/admin/dataquality/rulesuite/{suite.pk}/delete/", {"post": "yes"}).status_code == 403
    assert signed_in(make_user("guard", "Security administrator")).get(address).status_code in (302, 403)


def test_lists_cost_the_same_for_many_runs(django_assert_max_num_queries) -> None:
    version = stored("t", {"a": [1, None, 3]})
    for _ in range(12):
        start_quality_run(version, actor=ACTOR)
    scientist = signed_in(make_user())
    officer = signed_in(make_user("officer", "Compliance officer"))
    scientist.get("/quality/")
    with django_assert_max_num_queries(12):
        assert scientist.get("/quality/").content.count(b"t v1") == 12
    with django_assert_max_num_queries(14):
        assert officer.get("/admin/dataquality/qualityrun/").status_code == 200
