"""Rule suites over REST."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.audit.reading import record_reading
from dataquality import suite_services as services
from dataquality.audit_events import SUITE_VIEWED
from dataquality.models import RuleSuite
from dataquality.querysets import RuleSuiteQuerySet
from dataquality.selection import find_dataset
from dataquality.suite_serializers import (
    RuleSnoozeIn,
    RuleSnoozeOut,
    RuleSuiteIn,
    RuleSuiteOut,
    RuleSuiteRowOut,
    RuleSuiteVersionOut,
    RuleTrialIn,
    RuleTrialOut,
    SuiteDocumentIn,
)
from dataquality.trial import record_trial, try_rules

READ, WRITE = "dataquality.view_qualityrun", "dataquality.add_qualityrun"


class RuleSuitesView(ListAPIView):
    """Rule suites, newest first, and the door to a new one."""

    required_permissions = {"GET": READ, "POST": WRITE}
    serializer_class = RuleSuiteRowOut
    queryset = RuleSuite.objects.none()

    def get_queryset(self) -> RuleSuiteQuerySet:
        """What the caller may see."""
        return RuleSuite.objects.visible_to(self.request.user).select_related("dataset")

    @extend_schema(operation_id="rule_suites_create", request=RuleSuiteIn, responses={201: RuleSuiteRowOut})
    def post(self, request: Request) -> Response:
        """A new suite of rules for a dataset."""
        data = RuleSuiteIn(data=request.data)
        data.is_valid(raise_exception=True)
        told = data.validated_data
        dataset = find_dataset(request.user, told["dataset"])
        suite = services.create_suite(dataset, told["name"], told["document"], actor=request.actor)
        return Response(RuleSuiteRowOut(suite).data, status=201)


class RuleSuiteView(APIView):
    """One rule suite."""

    required_permissions = {"GET": READ}
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="rule_suites_retrieve", responses=RuleSuiteOut)
    def get(self, request: Request, suite_id: UUID) -> Response:
        """The suite with its newest rules, as a list and as YAML, and what sleeps now."""
        from dataquality.suite_text import dump

        suite = suite_of(request, suite_id)
        version = services.current_version(suite)
        record_reading(SUITE_VIEWED, suite, request=request, dataset=suite.dataset.name, suite=suite.name)
        shown = {
            "id": suite.pk,
            "dataset": suite.dataset.name,
            "name": suite.name,
            "version": version,
            "text": dump(version.document, as_yaml=True),
            "snoozes": suite.snoozes.filter(until__gt=timezone.now())[:1000],
        }
        return Response(RuleSuiteOut(shown).data)


class RuleSuiteVersionsView(APIView):
    """Versions of a suite."""

    required_permissions = {"POST": WRITE}
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="rule_suites_versions_create", request=SuiteDocumentIn, responses={201: RuleSuiteVersionOut}
    )
    def post(self, request: Request, suite_id: UUID) -> Response:
        """The next version; runs that begin from now on go by it."""
        data = SuiteDocumentIn(data=request.data)
        data.is_valid(raise_exception=True)
        suite = suite_of(request, suite_id)
        version = services.revise_suite(suite, data.validated_data["document"], actor=request.actor)
        return Response(RuleSuiteVersionOut(version).data, status=201)


class RuleTrialView(APIView):
    """Rules on trial."""

    required_permissions = {"POST": WRITE}
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="rule_suites_trial", request=RuleTrialIn, responses=RuleTrialOut)
    def post(self, request: Request) -> Response:
        """What the rules say of the first 1,000 rows of the newest version; nothing is stored."""
        data = RuleTrialIn(data=request.data)
        data.is_valid(raise_exception=True)
        dataset = find_dataset(request.user, data.validated_data["dataset"])
        trial = try_rules(dataset, data.validated_data["document"], user=request.user)
        record_trial(request, dataset, trial)
        return Response(RuleTrialOut(trial).data)


class RuleSnoozesView(APIView):
    """Rules that sleep for a while."""

    required_permissions = {"POST": WRITE}
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="rule_suites_snoozes_create", request=RuleSnoozeIn, responses={201: RuleSnoozeOut})
    def post(self, request: Request, suite_id: UUID) -> Response:
        """Let a rule take nothing from the score until then."""
        data = RuleSnoozeIn(data=request.data)
        data.is_valid(raise_exception=True)
        suite = suite_of(request, suite_id)
        snooze = services.snooze_rule(suite, **data.validated_data, actor=request.actor)
        return Response(RuleSnoozeOut(snooze).data, status=201)


def suite_of(request: Request, suite_id: UUID) -> RuleSuite:
    """The suite, within what the caller may see."""
    return get_object_or_404(RuleSuite.objects.visible_to(request.user).select_related("dataset"), pk=suite_id)
