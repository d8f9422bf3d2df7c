"""REST addresses of data quality, mounted under /api/v1/."""

from django.urls import path

from dataquality.api import QualityRunsView, QualityRunView
from dataquality.suite_api import RuleSnoozesView, RuleSuitesView, RuleSuiteVersionsView, RuleSuiteView

urlpatterns = [
    path("quality-runs/", QualityRunsView.as_view(), name="api-quality-runs"),
    path("quality-runs/<uuid:run_id>/", QualityRunView.as_view(), name="api-quality-run"),
    path("rule-suites/", RuleSuitesView.as_view(), name="api-rule-suites"),
    path("rule-suites/<uuid:suite_id>/", RuleSuiteView.as_view(), name="api-rule-suite"),
    path("rule-suites/<uuid:suite_id>/versions/", RuleSuiteVersionsView.as_view(), name="api-rule-suite-versions"),
    path("rule-suites/<uuid:suite_id>/snoozes/", RuleSnoozesView.as_view(), name="api-rule-suite-snoozes"),
]
