"""Cards, their revisions and documents, and explanations over REST."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.lookup import model_named, model_version
from registry.grants.gate import require_change
from registry.models import RegisteredModel

from . import services, viewing
from .access import require_explaining
from .completeness import completeness, current_card
from .contents import differences
from .downloads import asked_form, document_response
from .making import document_of_annex, document_of_card
from .models import CardRevision, Explanation
from .serializers import (
    CardIn,
    CardOut,
    DifferenceOut,
    ExplanationIn,
    ExplanationOut,
    RevisionOut,
)
from .written import FORMS

VIEW, WRITE = "cards.view_cardrevision", "cards.add_cardrevision"
_AS = OpenApiParameter("as", str, enum=list(FORMS), description="Form of the document; markdown if none is named.")

_DOCUMENT = {
    (200, "text/markdown"): OpenApiTypes.STR,
    (200, "text/html"): OpenApiTypes.STR,
    (200, "application/json"): OpenApiTypes.OBJECT,
}


def _card_out(model: RegisteredModel) -> Response:
    card = current_card(model)
    content = card.content if card else {}
    state = completeness(model, content)
    return Response(
        CardOut(
            {
                "model": model.name,
                "risk_class": model.risk_class,
                "revision": card.number if card else 0,
                "content": content,
                "complete": state.is_complete,
                "required": state.required,
                "missing": state.missing,
            }
        ).data
    )


class CardView(APIView):
    """The card of a model as it stands, with what is missing."""

    required_permissions = {"GET": VIEW, "PUT": WRITE}

    @extend_schema(operation_id="model_card_retrieve", responses=CardOut)
    def get(self, request: Request, name: str) -> Response:
        model = model_named(request, name)
        viewing.card(request, model)
        return _card_out(model)

    @extend_schema(operation_id="model_card_save", request=CardIn, responses=CardOut)
    def put(self, request: Request, name: str) -> Response:
        """Write the next revision: what is sent is the whole card."""
        model = model_named(request, name)
        require_change(request, model)
        data = CardIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        services.save_card(model, given["fields"], base=given.get("base"), actor=request.actor)
        return _card_out(model)


class CardRevisionsView(ListAPIView):
    """Every revision of a card, newest first."""

    required_permissions = {"GET": VIEW}
    serializer_class = RevisionOut
    queryset = CardRevision.objects.none()

    def get_queryset(self) -> "QuerySet[CardRevision]":
        model = model_named(self.request, self.kwargs["name"])
        viewing.card(self.request, model, "revisions")
        return CardRevision.objects.visible_to(self.request.user).filter(model=model).select_related("author")


class CardDifferenceView(APIView):
    """What one revision changed."""

    required_permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="model_card_difference",
        parameters=[OpenApiParameter("against", int, description="Another revision; else the one before.")],
        responses=DifferenceOut,
    )
    def get(self, request: Request, name: str, revision: int) -> Response:
        model = model_named(request, name)
        rows = CardRevision.objects.visible_to(request.user).filter(model=model)
        after = get_object_or_404(rows, number=revision)
        asked = request.query_params.get("against", "")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else revision - 1
        before = get_object_or_404(rows, number=number) if number else None
        viewing.card(request, model, f"changes of revision {revision}")
        changes = differences(before.content if before else {}, after.content)
        return Response(DifferenceOut({"before": number, "after": revision, "changes": changes}).data)


class CardDocumentView(APIView):
    """The card as a document to take along."""

    required_permissions = {"GET": VIEW}

    @extend_schema(operation_id="model_card_document", parameters=[_AS], responses=_DOCUMENT)
    def get(self, request: Request, name: str) -> HttpResponse:
        form = asked_form(request.query_params.get("as", "markdown"))
        model = model_named(request, name)
        viewing.card(request, model, form)
        return document_response(document_of_card(model, current_card(model)), form, f"{model.name}-card")


class AnnexView(APIView):
    """The skeleton of the technical documentation (Annex IV) of a version."""

    required_permissions = {"GET": VIEW}

    @extend_schema(operation_id="model_annex_iv", parameters=[_AS], responses=_DOCUMENT)
    def get(self, request: Request, name: str, number: int) -> HttpResponse:
        form = asked_form(request.query_params.get("as", "markdown"))
        version = model_version(request, name, number)
        viewing.card(request, version.model, f"Annex IV of version {number}, {form}")
        return document_response(document_of_annex(version), form, f"{name}-v{number}-annex-iv")


class ExplanationsView(ListAPIView):
    """Explanations of a version, newest first."""

    required_permissions = {"GET": "registry.view_modelversion", "POST": "registry.add_modelversion"}
    serializer_class = ExplanationOut
    queryset = Explanation.objects.none()

    def get_queryset(self) -> "QuerySet[Explanation]":
        version = model_version(self.request, self.kwargs["name"], self.kwargs["number"])
        require_explaining(self.request.user, version.model)
        viewing.explanation(self.request, version)
        return Explanation.objects.filter(version=version).select_related("author")

    @extend_schema(operation_id="model_explanations_list")
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="model_explanation_add", request=ExplanationIn, responses={201: ExplanationOut})
    def post(self, request: Request, name: str, number: int) -> Response:
        """Keep how much each feature counts, as an explainer summed it up."""
        version = model_version(request, name, number)
        # Who trains may add what an explainer said without being one who may read it.
        require_change(request, version.model)
        row = services.add_explanation(version, request.data, actor=request.actor)
        return Response(ExplanationOut(row).data, status=201)
