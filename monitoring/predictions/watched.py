"""What the database watches of predictions."""

from compliance.audit.watching import callable_by_application, exempt, watch

exempt(
    "Written by the batch, thousands of rows at once; each batch has one event.",
    "predictions.PredictionBatch",
    "predictions.FeatureBlock",
    "predictions.Prediction",
    "predictions.GroundTruth",
)
exempt("Counts that follow from the rows of batches.", "predictions.Stream", "predictions.Window")
watch("predictions.FeatureSchema", "version", "features")
watch("predictions.GroupPolicy", "model", "features", "favourable", "limit")
callable_by_application("predictions_make_months(integer)", "predictions_drop_months(timestamptz)")
