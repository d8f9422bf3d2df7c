"""REST addresses of data quality, mounted under /api/v1/."""

from django.urls import path

from dataquality.api import QualityRunsView, QualityRunView
from dataquality.profile_views import RunProfileView
from dataquality.run_api import (
    IssueAcceptanceView,
    QualityComparisonView,
    QualityIssueView,
    QualityTrendView,
    RuleSuggestionView,
)
from dataquality.suite_api import (
    RuleSnoozesView,
    RuleSuitesView,
    RuleSuiteVersionsView,
    RuleSuiteView,
    RuleTrialView,
)

urlpatterns = [
    path("quality-runs/", QualityRunsView.as_view(), name="api-quality-runs"),
    path("quality-runs/<uuid:run_id>/", QualityRunView.as_view(), name="api-quality-run"),
    path("quality-runs/trend/", QualityTrendView.as_view(), name="api-quality-trend"),
    path("quality-runs/<uuid:run_id>/issues/<int:number>/", QualityIssueView.as_view(), name="api-quality-issue"),
    path(
        "quality-runs/<uuid:run_id>/issues/<int:number>/acceptance/",
        IssueAcceptanceView.as_view(),
        name="api-quality-issue-acceptance",
    ),
    path("quality-runs/<uuid:run_id>/suggestion/", RuleSuggestionView.as_view(), name="api-quality-suggestion"),
    path("quality-runs/<uuid:run_id>/profile/", RunProfileView.as_view(), name="api-quality-profile"),
    path("rule-suites/trial/", RuleTrialView.as_view(), name="api-rule-trial"),
    path("quality-runs/<uuid:run_id>/comparison/", QualityComparisonView.as_view(), name="api-quality-comparison"),
    path("rule-suites/", RuleSuitesView.as_view(), name="api-rule-suites"),
    path("rule-suites/<uuid:suite_id>/", RuleSuiteView.as_view(), name="api-rule-suite"),
    path("rule-suites/<uuid:suite_id>/versions/", RuleSuiteVersionsView.as_view(), name="api-rule-suite-versions"),
    path("rule-suites/<uuid:suite_id>/snoozes/", RuleSnoozesView.as_view(), name="api-rule-suite-snoozes"),
]
