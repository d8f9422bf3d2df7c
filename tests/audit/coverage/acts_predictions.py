"""Calls upon predictions, ground truth and metric series."""

from .performing import Act

STREAM, BATCH, MODEL = "predictions.stream", "predictions.predictionbatch", "registry.registeredmodel"
_A = "api/v1/"

ACTS: dict[str, Act] = {
    "GET models/<object_name:name>/performance/": Act("engineer", MODEL),
    f"GET {_A}models/<object_name:name>/performance/": Act("engineer", MODEL),
    "GET models/<object_name:name>/metrics/": Act("engineer", MODEL),
    f"PUT {_A}models/<object_name:name>/versions/<int:number>/feature-schema/": Act(
        "scientist",
        "predictions.featureschema",
        {"features": {"age": {"kind": "number", "min": 0}}},
        before=lambda w: {"number": w.version().number},
    ),
    f"PUT {_A}models/<object_name:name>/group-policy/": Act(
        "scientist", "predictions.grouppolicy", {"features": ["sex"], "favourable": "1"}
    ),
    f"POST {_A}predictions/": Act(
        "engineer",
        STREAM,
        before=lambda w: {
            "data": {
                "model": w.model.name,
                "version": 1,
                "batch_id": "b1",
                "rows": [{"id": "a", "prediction": 1, "features": {"age": 30}, "subject": "customer-7"}],
            }
        },
    ),
    f"POST {_A}ground-truth/": Act(
        "engineer",
        BATCH,
        before=lambda w: {
            "data": {"model": w.model.name, "batch_id": "t1", "labels": [{"id": "a", "label": 1}]},
        },
    ),
    f"POST {_A}metrics/": Act(
        "engineer",
        MODEL,
        before=lambda w: {
            "data": {"model": w.model.name, "run": "run-7", "points": [{"name": "loss", "value": 0.5, "step": 1}]},
        },
    ),
}
