"""The bill of materials: CycloneDX 1.6, made from the lock."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from modelops.version import VERSION

from .lock import Package


def bill_of(packages: Sequence[Package], made_at: datetime | None = None) -> dict[str, Any]:
    """The bill as plain values. Its serial number is that of its content: the same lock gives the same."""
    content = "\n".join(f"{one.purl} {' '.join(one.hashes)}" for one in packages)
    root = f"pkg:pypi/modelops-portal@{VERSION}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {
            "timestamp": (made_at or timezone.now()).isoformat(),
            "component": {"type": "application", "bom-ref": root, "name": "modelops-portal", "version": VERSION},
        },
        "components": [
            {
                "type": "library",
                "bom-ref": one.purl,
                "name": one.name,
                "version": one.version,
                "purl": one.purl,
                "externalReferences": [
                    {
                        "type": "distribution",
                        "url": f"https://pypi.org/project/{one.name}/{one.version}/#files",
                        "hashes": [{"alg": "SHA-256", "content": value} for value in one.hashes],
                    }
                ],
            }
            for one in packages
        ],
        "dependencies": [{"ref": root, "dependsOn": [one.purl for one in packages]}],
    }
