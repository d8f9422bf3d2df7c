"""The draft of a card over REST: read it, confirm it, throw it away."""

import uuid

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modelops.lib.errors import Invalid
from registry.api.lookup import model_named
from registry.grants.gate import require_change

from . import drafts, viewing
from .api import VIEW, WRITE
from .completeness import current_card
from .draft_serializers import DraftDecisionIn, DraftOut
from .serializers import RevisionOut

_ID = OpenApiParameter("id", OpenApiTypes.UUID, description="Of the draft that you read; else whichever waits.")


class CardDraftView(APIView):
    """What the card of a model says elsewhere, as a bundle brought it. It is no part of the card until confirmed."""

    required_permissions = {"GET": VIEW, "POST": WRITE, "DELETE": WRITE}

    @extend_schema(operation_id="model_card_draft_retrieve", responses=DraftOut)
    def get(self, request: Request, name: str) -> Response:
        model = model_named(request, name)
        viewing.card(request, model, "draft")
        draft, card = drafts.draft_of(model), current_card(model)
        said = {name: getattr(draft, name) for name in ("id", "source", "created_at", "content")}
        said |= {"base": card.number if card else 0, "changes": drafts.changes_of(draft)}
        return Response(DraftOut(said).data)

    @extend_schema(operation_id="model_card_draft_confirm", request=DraftDecisionIn, responses={201: RevisionOut})
    def post(self, request: Request, name: str) -> Response:
        """Write the draft as the next revision of the card, in your name."""
        model = model_named(request, name)
        require_change(request, model)
        data = DraftDecisionIn(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        row = drafts.confirm_draft(model, given["id"], base=given["base"], actor=request.actor)
        return Response(RevisionOut(row).data, status.HTTP_201_CREATED)

    @extend_schema(operation_id="model_card_draft_discard", parameters=[_ID], responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Throw the draft away. The card stays as it is."""
        model = model_named(request, name)
        require_change(request, model)
        drafts.discard_draft(model, _asked(request) or drafts.draft_of(model).pk, actor=request.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _asked(request: Request) -> uuid.UUID | None:
    asked = request.query_params.get("id")
    try:
        return uuid.UUID(asked) if asked is not None else None
    except ValueError:
        raise Invalid("id is that of the draft which you read.", code="card_draft.bad_id", field="id") from None
