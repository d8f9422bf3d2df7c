"""Who sees what of predictions: what the model decides."""

from registry.querysets import VisibleQuerySet


class StreamQuerySet(VisibleQuerySet):
    view_permission = "predictions.view_stream"
    decided_by = (("model", "model"),)


class BatchQuerySet(VisibleQuerySet):
    view_permission = "predictions.view_predictionbatch"
    decided_by = (("model", "model"),)


class WindowQuerySet(VisibleQuerySet):
    view_permission = "predictions.view_window"
    decided_by = (("model", "stream__model"),)
