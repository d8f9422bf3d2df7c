"""Forms of the registry."""

import json
from typing import Any

from django import forms

from modelops.lib.errors import Invalid
from registry import descriptions
from registry.models import DatasetVersion, RiskClass, TaskType
from registry.uploads.serializers import ModelFromUploadsIn

OFFERED_VERSIONS = 200
_NAME_HELP = "Letters, digits, dot, hyphen and underscore. It stands in addresses and cannot change."


class ModelForm(forms.Form):
    """A new model."""

    name = forms.CharField(
        max_length=100,
        help_text="Letters, digits, dot, hyphen and underscore. It stands in addresses and cannot change.",
    )
    task_type = forms.ChoiceField(choices=[("", "Choose what it does"), *TaskType.choices], label="Task")
    description = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What it predicts, for whom, and what depends on it.",
    )
    purpose = forms.CharField(
        required=False,
        max_length=1000,
        help_text="What is decided or advised with it, in one sentence. Promotion to a protected alias asks for it.",
    )
    risk_class = forms.ChoiceField(
        choices=RiskClass,
        initial=RiskClass.UNCLASSIFIED,
        required=False,
        help_text="As the EU AI Act has it. It decides what the model card must hold.",
    )

    def clean_risk_class(self) -> str:
        return self.cleaned_data["risk_class"] or str(RiskClass.UNCLASSIFIED)


class DatasetForm(forms.Form):
    """A new dataset."""

    name = forms.CharField(
        max_length=100,
        help_text="Letters, digits, dot, hyphen and underscore. It stands in addresses and cannot change.",
    )
    description = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Where the rows come from and what one row stands for.",
    )


class _SealedFileField(forms.FileField):
    """A file that was sealed while it arrived. An empty one is refused by the service, with its own message."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)


class _UploadForm(forms.Form):
    """A file within the form, or the ids of uploads that the page's script has sent before."""

    uploads = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.data.get("uploads")

    def clean_uploads(self) -> dict[str, Any] | None:
        """What `from_uploads` takes; None without."""
        if not (text := self.cleaned_data["uploads"]):
            return None
        try:
            said = ModelFromUploadsIn(data=json.loads(text))
        except ValueError:
            said = None
        if said is None or not said.is_valid():
            raise forms.ValidationError("The list of uploads cannot be read. Reload the page and choose again.")
        return dict(said.validated_data)


class VersionForm(_UploadForm):
    """A new version of a model."""

    said = ("metrics", "parameters", "tags", "datasets", "source_commit", "run_reference")

    file = _SealedFileField(
        help_text="Scanned before anybody downloads it, mostly within seconds. safetensors, ONNX, GGUF and NumPy hold "
        "no code; pickle, joblib and PyTorch files are held if they do, HDF5 and Keras files always."
    )
    datasets = forms.ModelMultipleChoiceField(
        queryset=DatasetVersion.objects.none(),
        required=False,
        label="Trained on",
        help_text="Hold Ctrl or Cmd to choose several.",
    )
    metrics = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
        help_text='One <code>name=value</code> a line, or a JSON object: <code>{"auc": 0.93}</code>',
    )
    parameters = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
        help_text="Stored encrypted. One <code>name=value</code> a line, or a JSON object.",
    )
    source_commit = forms.CharField(
        required=False,
        max_length=64,
        help_text="Of the code that trained it: 7 to 64 hexadecimal digits. It cannot be added later.",
        widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocomplete": "off"}),
    )
    run_reference = forms.CharField(
        required=False,
        max_length=250,
        label="Run",
        help_text="Id or address of the run that trained it.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    tags = forms.CharField(required=False, help_text="Words parted by commas; <code>team=search</code> has a value.")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = DatasetVersion.objects.visible_to(user).select_related("dataset")
        field = self.fields["datasets"]
        field.queryset = visible  # type: ignore[attr-defined]
        field.choices = [  # type: ignore[attr-defined]
            (version.pk, f"{version.dataset.name} · version {version.number} ({version.rows:,} rows)")
            for version in visible.order_by("-created_at")[:OFFERED_VERSIONS]
        ]

    def clean_metrics(self) -> dict[str, float]:
        return self._described("metrics", descriptions.metrics, _lines(self.cleaned_data["metrics"]))

    def clean_parameters(self) -> dict[str, Any] | None:
        return self._described("parameters", descriptions.parameters, _lines(self.cleaned_data["parameters"]))

    def clean_source_commit(self) -> str:
        try:
            return descriptions.source_commit(self.cleaned_data["source_commit"])
        except Invalid as error:
            raise forms.ValidationError(error.message, code=error.code) from None

    def clean_tags(self) -> dict[str, str]:
        words = [word.strip() for word in self.cleaned_data["tags"].split(",") if word.strip()]
        return self._described("tags", descriptions.tags, words)

    def _described(self, what: str, check: Any, values: list[str]) -> Any:
        try:
            return check(descriptions.from_fields(values, what))
        except Invalid as error:
            raise forms.ValidationError(error.message, code=error.code) from None


class DatasetVersionForm(_UploadForm):
    """A new version of a dataset."""

    file = _SealedFileField(
        help_text="CSV (comma, semicolon, tab or bar), Parquet, Arrow or JSON Lines, with named columns."
    )
    subject_column = forms.CharField(
        required=False,
        max_length=255,
        label="Column that names people",
        help_text="An address or your own reference of a person, so that they can be found and erased. Leave it empty "
        "for data without people, or where the dataset says it already.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )


class BundleForm(_UploadForm):
    """A bundle that becomes a version."""

    file = _SealedFileField(
        label="Bundle",
        help_text="The .bundle.tar that another portal exported. Its signer must be among the trusted signing keys.",
    )


def _lines(text: str) -> list[str]:
    """A JSON text as one value, else the lines that are not blank."""
    if text.lstrip().startswith(("{", "[")):
        return [text]
    return [line for line in text.splitlines() if line.strip()]
