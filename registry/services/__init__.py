"""Every change of the registry. Each records who did it, in the same transaction."""

from .datasets import add_dataset_version, create_dataset
from .files import may_download, read_parameters, record_download, verify_version
from .models import add_version, register_model

__all__ = [
    "add_dataset_version",
    "add_version",
    "create_dataset",
    "may_download",
    "read_parameters",
    "record_download",
    "register_model",
    "verify_version",
]
