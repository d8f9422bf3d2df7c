"""Predictions over REST."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from modelops.lib.errors import Invalid
from monitoring.monitors.pushed import receive_sketch
from registry.models import RegisteredModel

from .bodies import Body
from .labelling import receive_labels
from .lookup import model_by_name
from .models import BatchKind, PredictionBatch
from .querysets import BatchQuerySet
from .receiving import receive_rows
from .serializers import BatchOut, GroundTruthIn, PredictionsIn, TruthBatchOut


class GroundTruthView(ListAPIView):
    """Batches of labels, newest first, and the door for new ones."""

    required_permissions = {"GET": "predictions.view_predictionbatch", "POST": "predictions.add_groundtruth"}
    serializer_class = TruthBatchOut
    queryset = PredictionBatch.objects.none()

    def get_queryset(self) -> BatchQuerySet:
        """What the caller may see."""
        batches = PredictionBatch.objects.visible_to(self.request.user)
        return batches.filter(kind=BatchKind.TRUTH).select_related("model")

    @extend_schema(
        operation_id="ground_truth_create",
        request=GroundTruthIn,
        responses={201: TruthBatchOut, 200: OpenApiResponse(TruthBatchOut, "The batch was here before.")},
    )
    def post(self, request: Request) -> Response:
        """Store labels, days late if need be; they find their predictions by the ids that these were sent with."""
        body = Body(request, {"model", "batch_id", "labels"})
        received = receive_labels(
            model_by_name(request.user, body.text("model")),
            body.text("batch_id"),
            body.listed("labels"),
            digest=body.digest,
            now=timezone.now(),
            actor=request.actor,
        )
        return Response(TruthBatchOut(received.batch).data, status=200 if received.is_repeated else 201)


class PredictionsView(ListAPIView):
    """Batches of predictions, newest first, and the door for new ones."""

    required_permissions = {"GET": "predictions.view_predictionbatch", "POST": "predictions.add_predictionbatch"}
    serializer_class = BatchOut
    queryset = PredictionBatch.objects.none()

    def get_queryset(self) -> BatchQuerySet:
        """What the caller may see."""
        batches = PredictionBatch.objects.visible_to(self.request.user)
        return batches.filter(kind=BatchKind.ROWS).select_related("model", "stream")

    @extend_schema(
        operation_id="predictions_create",
        request=PredictionsIn,
        responses={201: BatchOut, 200: OpenApiResponse(BatchOut, "The batch was here before.")},
    )
    def post(self, request: Request) -> Response:
        """Store a batch; nothing of one with a fault, and no row about a person who is kept out (`set_aside_rows`).

        A version that is not registered is taken, and a finding tells of it.
        """
        body = Body(request, {"model", "version", "batch_id", "rows", "sketch"})
        model = model_by_name(request.user, body.text("model"))
        if "sketch" in body.said:
            return self._sketched(request, body, model)
        received = receive_rows(
            model,
            body.whole("version"),
            body.text("batch_id"),
            body.listed("rows"),
            digest=body.digest,
            now=timezone.now(),
            actor=request.actor,
        )
        return Response(BatchOut(received.batch).data, status=200 if received.is_repeated else 201)

    def _sketched(self, request: Request, body: Body, model: RegisteredModel) -> Response:
        if "rows" in body.said:
            raise Invalid(
                "The body has rows and a sketch; send one of them.", code="sketch.beside_rows", field="sketch"
            )
        received, run = receive_sketch(
            model,
            body.whole("version"),
            body.text("batch_id"),
            body.said["sketch"],
            user=request.user,
            digest=body.digest,
            now=timezone.now(),
            actor=request.actor,
        )
        received.batch.drift_run = run and run.pk
        return Response(BatchOut(received.batch).data, status=200 if received.is_repeated else 201)
