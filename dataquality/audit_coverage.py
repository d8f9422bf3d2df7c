"""Which event tells of quality runs."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import (
    ISSUE_ACCEPTED,
    RULE_SNOOZED,
    RUN_COMPLETED,
    RUN_REQUESTED,
    RUN_VIEWED,
    SUITE_CREATED,
    SUITE_REVISED,
    SUITE_TRIED,
    SUITE_VIEWED,
)

route("quality/", get=Exempt.NAMES, post=Exempt.SAME_AS_GET)
route("quality/new/", get=Exempt.FORM, post=RUN_REQUESTED)
route("quality/<uuid:run_id>/", get=RUN_VIEWED, post=RUN_VIEWED)
route("quality/<uuid:run_id>/issues/<int:number>/", get=RUN_VIEWED, post=ISSUE_ACCEPTED)
route("api/v1/quality-runs/<uuid:run_id>/issues/<int:number>/acceptance/", post=ISSUE_ACCEPTED)
route("api/v1/quality-runs/<uuid:run_id>/suggestion/", get=RUN_VIEWED)
route("api/v1/rule-suites/trial/", post=SUITE_TRIED)
route("quality/datasets/<object_name:name>/rules/", get=SUITE_VIEWED, post=SUITE_CREATED)
route("quality/<uuid:run_id>/comparison/", get=RUN_VIEWED)
route("quality/datasets/<object_name:name>/versions/<int:number>/columns/", get=RUN_VIEWED)
route("api/v1/quality-runs/<uuid:run_id>/profile/", get=RUN_VIEWED)
route("quality/datasets/<object_name:name>/", get=Exempt.NAMES)
route("api/v1/quality-runs/trend/", get=Exempt.NAMES)
route("api/v1/quality-runs/<uuid:run_id>/issues/<int:number>/", get=RUN_VIEWED)
route("api/v1/quality-runs/<uuid:run_id>/comparison/", get=RUN_VIEWED)
route("api/v1/quality-runs/", get=Exempt.NAMES, post=RUN_REQUESTED)
route("api/v1/quality-runs/<uuid:run_id>/", get=RUN_VIEWED)
route("api/v1/rule-suites/", get=Exempt.NAMES, post=SUITE_CREATED)
route("api/v1/rule-suites/<uuid:suite_id>/", get=SUITE_VIEWED)
route("api/v1/rule-suites/<uuid:suite_id>/versions/", post=SUITE_REVISED)
route("api/v1/rule-suites/<uuid:suite_id>/snoozes/", post=RULE_SNOOZED)
admin_pages("dataquality.QualityRun")
admin_pages("dataquality.QualityIssue")
admin_pages("dataquality.RuleSuite")

model("dataquality.QualityRun", RUN_REQUESTED, RUN_COMPLETED)
model("dataquality.QualityIssue", RUN_COMPLETED)
model("dataquality.RuleSuite", SUITE_CREATED, SUITE_REVISED)
model("dataquality.RuleSuiteVersion", SUITE_CREATED, SUITE_REVISED)
model("dataquality.RuleSnooze", RULE_SNOOZED)
model("dataquality.AcceptedIssue", ISSUE_ACCEPTED)
model("dataquality.RuleSuggestion", RUN_COMPLETED)
model("dataquality.RunProfile", RUN_COMPLETED)
