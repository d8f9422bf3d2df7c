"""Writes pickles of libraries that are not installed for the tests, into the folder named on the command line.

The classes are stand-ins under the true module names with states of the true shape (taken from the libraries' own
``__getstate__`` and ``__reduce__``); arrays in joblib's files are written the way joblib does. Run in a process of
its own.
"""

import bz2
import gzip
import io
import lzma
import pickle
import sys
import types
import zlib
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse


def stand_in(module: str, name: str, bases: tuple[type, ...] = (), **body: Any) -> Any:
    """A class that pickles under another module's name."""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:count]), types.ModuleType(".".join(parts[:count])))
    made = type(name, bases, {"__module__": module, **body})
    setattr(sys.modules[module], name, made)
    return made


def filled(kind: Any, **attributes: Any) -> Any:
    """An instance with a state."""
    made = kind()
    made.__dict__.update(attributes)
    return made


_NODE = np.dtype(
    {
        "names": ["left_child", "right_child", "feature", "threshold", "impurity", "n_node_samples",
                  "weighted_n_node_samples", "missing_go_to_left"],
        "formats": ["<i8", "<i8", "<i8", "<f8", "<f8", "<i8", "<f8", "u1"],
        "offsets": [0, 8, 16, 24, 32, 40, 48, 56],
        "itemsize": 64,
    }
)  # fmt: skip

_tree = stand_in(
    "sklearn.tree._tree", "Tree",
    __init__=lambda self, *given: None,
    __reduce__=lambda self: (
        type(self), (4, np.array([2]), 1),
        {"max_depth": 2, "node_count": 3, "nodes": np.zeros(3, _NODE), "values": np.zeros((3, 1, 2))},
    ),
)  # fmt: skip
_classifier = stand_in("sklearn.tree._classes", "DecisionTreeClassifier")
_forest = stand_in("sklearn.ensemble._forest", "RandomForestClassifier")
_scaler = stand_in("sklearn.preprocessing._data", "StandardScaler")
_encoder = stand_in("sklearn.preprocessing._encoders", "OneHotEncoder")
_logistic = stand_in("sklearn.linear_model._logistic", "LogisticRegression")
_columns = stand_in("sklearn.compose._column_transformer", "ColumnTransformer")
_pipeline = stand_in("sklearn.pipeline", "Pipeline")
_words = stand_in("sklearn.feature_extraction.text", "TfidfVectorizer")
_booster = stand_in("xgboost.core", "Booster")
_xgb = stand_in("xgboost.sklearn", "XGBClassifier")
_lgb_booster = stand_in("lightgbm.basic", "Booster")
_lgb = stand_in("lightgbm.sklearn", "LGBMRegressor")
_wrapper = stand_in("joblib.numpy_pickle", "NumpyArrayWrapper")


def estimators() -> dict[str, Any]:
    """Objects as data scientists save them."""
    tree = filled(
        _classifier, criterion="gini", splitter="best", max_depth=None, min_samples_leaf=1, random_state=209652396,
        n_features_in_=4, n_outputs_=1, classes_=np.array([0, 1]), n_classes_=np.int64(2), tree_=_tree(),
        _sklearn_version="1.7.2",
    )  # fmt: skip
    scaler = filled(
        _scaler, with_mean=True, with_std=True, copy=True, mean_=np.ones(4), var_=np.ones(4), scale_=np.ones(4),
        feature_names_in_=np.array(["a", "b", "c", "d"], dtype=object), n_samples_seen_=np.int64(150),
        _sklearn_version="1.7.2",
    )  # fmt: skip
    logistic = filled(
        _logistic, penalty="l2", C=1.0, coef_=np.ones((1, 4)), intercept_=np.zeros(1), n_iter_=np.array([9], "i4")
    )
    encoder = filled(
        _encoder, categories="auto", dtype=np.float64, handle_unknown="ignore",
        categories_=[np.array(["x", "y", None], dtype=object), np.array(["ab", "cd"])],
    )  # fmt: skip
    forest = filled(
        _forest, estimators_=[tree] * 3, estimator_params=("criterion",), random_state=np.random.RandomState(1)
    )
    columns = filled(_columns, transformers=[("n", scaler, slice(0, 2)), ("c", encoder, ["x"])], sparse_output_=False)
    words = filled(
        _words,
        vocabulary_={"a": np.int64(0)},
        idf_=scipy.sparse.csr_matrix(np.eye(3)),
        stop_words_=set(),
        dtype=np.float64,
    )
    model = filled(
        _booster, handle=bytearray(b"{L\0\0\0\0\0\0\0\x06Config" + bytes(3000)), feature_names=["a"], best_iteration=7
    )
    xgb = filled(_xgb, n_estimators=100, objective="binary:logistic", missing=float("nan"), _Booster=model, kwargs={})
    lgb = filled(
        _lgb, _Booster=filled(_lgb_booster, handle="tree\nversion=v4\n" * 100, params=OrderedDict(a=1)),
        _evals_result=None, _best_score=defaultdict(OrderedDict), _other_params={},
    )  # fmt: skip
    return {
        "tree": tree, "scaler": scaler, "logistic": logistic, "encoder": encoder, "forest": forest, "columns": columns,
        "words": words, "booster": model, "xgboost": xgb, "lightgbm": lgb,
        "pipeline": filled(_pipeline, steps=[("prepare", columns), ("model", forest)], memory=None, verbose=False),
        "with metadata": {"model": logistic, "columns": ["a", "b"], "trained": np.datetime64("2026-01-01")},
    }  # fmt: skip


class Joblib(pickle._Pickler):  # type: ignore[misc, name-defined]  # joblib extends the same class
    """Writes each array behind its description, as joblib does."""

    def __init__(self, file: Any, protocol: int) -> None:
        super().__init__(file, protocol)
        self.file = file

    def save(self, given: Any, *more: Any, **options: Any) -> Any:
        if type(given) is not np.ndarray:
            return super().save(given, *more, **options)
        described = filled(
            _wrapper, subclass=np.ndarray, shape=given.shape, order="C", dtype=given.dtype,
            allow_mmap=not given.dtype.hasobject, numpy_array_alignment_bytes=16,
        )  # fmt: skip
        super().save(described)
        if self.proto >= 4:
            self.framer.commit_frame(force=True)
        if given.dtype.hasobject:
            pickle.dump(given, self.file, protocol=5)
            return None
        padding = 16 - (self.file.tell() + 1) % 16
        self.file.write(bytes([padding]) + b"\xff" * padding + given.tobytes("C"))
        return None


def joblib_dump(given: Any, protocol: int) -> bytes:
    """The bytes of joblib.dump."""
    held = io.BytesIO()
    Joblib(held, protocol).dump(given)
    return held.getvalue()


def main(folder: Path) -> None:
    """Write all files."""
    for name, made in estimators().items():
        for protocol in range(6):
            (folder / f"{name}.{protocol}.pkl").write_bytes(pickle.dumps(made, protocol))
        for protocol in (3, 4, 5):
            (folder / f"{name}.{protocol}.joblib").write_bytes(joblib_dump(made, protocol))
        plain = joblib_dump(made, 4)
        for ending, pack in (
            ("z", zlib.compress), ("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress),
            ("lzma", lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE)),
        ):  # fmt: skip
            (folder / f"{name}.joblib.{ending}").write_bytes(pack(plain))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
