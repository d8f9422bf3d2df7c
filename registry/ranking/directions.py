"""Whether less or more of a metric is better. What a model stores decides; names and tasks only propose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MINIMISE, MAXIMISE = "minimise", "maximise"
DIRECTIONS = {MINIMISE: "Less is better", MAXIMISE: "More is better"}

_LESS_NAMES = (
    "rmse mse mae mape smape msle rmsle rmspe medae loss log_loss logloss cross_entropy nll brier brier_score error "
    "error_rate mean_squared_error mean_absolute_error root_mean_squared_error mean_absolute_percentage_error "
    "median_absolute_error max_error mean_pinball_loss perplexity wer cer ece hinge_loss fpr fnr false_positive_rate "
    "false_negative_rate latency latency_ms inference_ms davies_bouldin deviance mase crps fid"
)
_MORE_NAMES = (
    "accuracy acc balanced_accuracy auc roc_auc auroc pr_auc auprc average_precision ap map f1 f1_score f1_macro "
    "f1_micro f1_weighted fbeta precision recall sensitivity specificity tpr tnr r2 r2_score explained_variance "
    "ndcg mrr hit_rate silhouette calinski_harabasz ari nmi mcc cohen_kappa kappa gini ks jaccard iou dice bleu "
    "rouge rouge1 rouge2 rougel meteor exact_match spearman pearson lift"
)
_LESS, _MORE = frozenset(_LESS_NAMES.split()), frozenset(_MORE_NAMES.split())
_PREFIXES = ("test_", "val_", "valid_", "validation_", "eval_", "holdout_", "cv_", "train_", "training_", "mean_")
_REGRESSION = ("rmse", "root_mean_squared_error", "mae", "mean_absolute_error", "mse", "mape", "score")
_CLASSIFICATION = ("auc", "roc_auc", "accuracy", "f1", "score", "balanced_accuracy", "log_loss")
_PREFERRED = {
    "binary_classification": _CLASSIFICATION,
    "multiclass_classification": ("accuracy", "f1_macro", "f1", "score", "log_loss"),
    "regression": _REGRESSION,
    "forecasting": ("mape", "smape", *_REGRESSION),
    "ranking": ("ndcg", "map", "mrr", "score"),
    "clustering": ("silhouette", "ari", "score"),
    "text_generation": ("rougel", "bleu", "perplexity", "score"),
    "embedding": ("recall", "ndcg", "score"),
}
_BY_TASK = {
    "regression": MINIMISE,
    "forecasting": MINIMISE,
    "binary_classification": MAXIMISE,
    "multiclass_classification": MAXIMISE,
    "ranking": MAXIMISE,
}


@dataclass(frozen=True, slots=True)
class Primary:
    """What versions are ranked by. A proposal is what the portal would choose where nobody has chosen."""

    metric: str
    direction: str
    is_proposed: bool

    @property
    def words(self) -> str:
        """The direction in words."""
        return DIRECTIONS[self.direction]


def offered_metrics(task: str) -> tuple[str, ...]:
    """Names of the metrics that are usual for a task, those that would be proposed first in front.

    >>> offered_metrics("regression")[:2], offered_metrics("other")
    (('rmse', 'root_mean_squared_error'), ())
    """
    return _PREFERRED.get(task, ())


def proposed_direction(metric: str, task: str = "") -> str:
    """What the name, else the task, suggests; "" when neither says anything.

    >>> [proposed_direction(name) for name in ("july.rmse", "test_accuracy", "neg_mean_squared_error")]
    ['minimise', 'maximise', 'maximise']
    >>> proposed_direction("score", "regression"), proposed_direction("score", "ranking"), proposed_direction("x")
    ('minimise', 'maximise', '')
    """
    name = _bare(metric)
    if name.startswith("neg_"):  # scikit-learn turns losses around so that more is better
        return MAXIMISE
    if name in _LESS:
        return MINIMISE
    return MAXIMISE if name in _MORE else _BY_TASK.get(task, "")


def direction_of(metric: str, stored: Mapping[str, str], task: str) -> str:
    """The stored direction of ``metric``, else the proposed one, else ""."""
    return stored.get(metric) or proposed_direction(metric, task)


def primary_of(chosen: str, stored: Mapping[str, str], task: str, names: Iterable[str]) -> Primary | None:
    """What a model's versions are ranked by: the ``chosen`` metric, else one proposed from the ``names`` there are.

    >>> primary_of("", {}, "regression", ["r2", "rmse"])
    Primary(metric='rmse', direction='minimise', is_proposed=True)
    >>> primary_of("score", {"score": "minimise"}, "ranking", [])
    Primary(metric='score', direction='minimise', is_proposed=False)
    """
    if chosen:
        return Primary(chosen, direction_of(chosen, stored, task) or MAXIMISE, False)
    rank = {name: place for place, name in enumerate(_PREFERRED.get(task, ()))}
    candidates = [name for name in sorted(names) if direction_of(name, stored, task)]
    if not candidates:
        return None
    metric = min(candidates, key=lambda name: (rank.get(_bare(name), len(rank)), name))
    return Primary(metric, direction_of(metric, stored, task), True)


def _bare(metric: str) -> str:
    name = metric.rpartition(".")[2].lower().replace("-", "_").replace(" ", "_")
    known = _LESS | _MORE
    for prefix in _PREFIXES:
        if name not in known and name.startswith(prefix):
            name = name.removeprefix(prefix)
    return name
