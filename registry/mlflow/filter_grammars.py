"""What each of the five searches can be asked for."""

from typing import Final

from .filters import LISTED, NUMERIC, TAGGED, TEXTUAL, Attribute, Grammar

_NUMBER: Final = Attribute("number", NUMERIC)
_MOMENT: Final = Attribute("moment", NUMERIC)
_TEXT: Final = Attribute("text", TEXTUAL)
_LIST: Final = Attribute("text", LISTED)

_ATTRIBUTE: Final = {"attribute": "attribute", "attributes": "attribute", "attr": "attribute"}
_TAG: Final = {"tag": "tag", "tags": "tag"}
_PARAM: Final = {"param": "param", "params": "param", "parameter": "param", "parameters": "param"}
_METRIC: Final = {"metric": "metric", "metrics": "metric"}
_DATASET: Final = {"dataset": "dataset", "datasets": "dataset"}
_DATASET_KEYS: Final = {"dataset": frozenset({"name", "digest", "context"})}

REGISTERED_MODELS: Final = Grammar(
    attributes={"name": _LIST},
    prefixes=_ATTRIBUTE | _TAG,
    comparators={"tag": TEXTUAL},
    orders=frozenset({"name", "creation_timestamp", "last_updated_timestamp"}),
)

MODEL_VERSIONS: Final = Grammar(
    attributes={
        "name": _LIST,
        "run_id": _LIST,
        "source_path": _LIST,
        "version_number": _NUMBER,
        "creation_timestamp": _MOMENT,
        "last_updated_timestamp": _MOMENT,
    },
    prefixes=_ATTRIBUTE | _TAG,
    comparators={"tag": TEXTUAL},
    orders=frozenset({"name", "version_number", "creation_timestamp", "last_updated_timestamp"}),
)

RUNS: Final = Grammar(
    attributes={
        "run_id": _LIST,
        "run_name": _LIST,
        "run name": Attribute("text", LISTED, "run_name"),
        "Run name": Attribute("text", LISTED, "run_name"),
        "Run Name": Attribute("text", LISTED, "run_name"),
        "user_id": _LIST,
        "status": _LIST,
        "artifact_uri": _LIST,
        "start_time": _MOMENT,
        "created": Attribute("moment", NUMERIC, "start_time"),
        "Created": Attribute("moment", NUMERIC, "start_time"),
        "end_time": _MOMENT,
    },
    prefixes=_ATTRIBUTE | {"run": "attribute"} | _TAG | _PARAM | _METRIC | _DATASET,
    comparators={"tag": TAGGED, "param": TAGGED, "metric": NUMERIC, "dataset": LISTED},
    keys=_DATASET_KEYS,
    orders=frozenset(
        {"run_id", "run_name", "user_id", "status", "artifact_uri", "start_time", "end_time", "created", "Created"}
    ),
    orders_by_entity=True,
)

EXPERIMENTS: Final = Grammar(
    attributes={"name": _LIST, "experiment_id": _LIST, "creation_time": _MOMENT, "last_update_time": _MOMENT},
    prefixes=_ATTRIBUTE | _TAG,
    comparators={"tag": TAGGED},
    orders=frozenset({"name", "experiment_id", "creation_time", "last_update_time"}),
)

LOGGED_MODELS: Final = Grammar(
    attributes={
        "name": _LIST,
        "model_id": _LIST,
        "model_type": _LIST,
        "status": _LIST,
        "source_run_id": _LIST,
        "creation_timestamp": _MOMENT,
        "creation_time": Attribute("moment", NUMERIC, "creation_timestamp"),
        "last_updated_timestamp": _MOMENT,
        "last_updated_time": Attribute("moment", NUMERIC, "last_updated_timestamp"),
    },
    prefixes=_ATTRIBUTE | _TAG | _PARAM | _METRIC | _DATASET,
    comparators={"tag": TAGGED, "param": TAGGED, "metric": NUMERIC, "dataset": LISTED},
    keys=_DATASET_KEYS,
    orders=frozenset({"name", "model_id", "creation_timestamp", "last_updated_timestamp", "creation_time"}),
    orders_by_entity=True,
)
