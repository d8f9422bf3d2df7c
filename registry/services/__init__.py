"""Every change of the registry. Each records who did it, in the same transaction."""

from registry.replication.verifying import verify_version

from .datasets import add_dataset_version, create_dataset
from .files import begin_download, check_download, may_download, read_parameters
from .models import register_model
from .versions import add_directory_version, add_version

__all__ = [
    "add_dataset_version",
    "add_directory_version",
    "add_version",
    "begin_download",
    "check_download",
    "create_dataset",
    "may_download",
    "read_parameters",
    "register_model",
    "verify_version",
]
