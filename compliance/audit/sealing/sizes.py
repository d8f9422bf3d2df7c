"""How large the tree is: by its leaves, and by the sealer's last round; they differ when somebody else was there."""

from django.db.models import Max

from .models import Leaf, Seal


def sealed_rows() -> int:
    """How many rows have a number: one more than the last leaf's."""
    last = Leaf.objects.aggregate(last=Max("seq"))["last"]
    return 0 if last is None else int(last) + 1


def sealed_size() -> int:
    """The size after the last round of the sealer."""
    return Seal.objects.values_list("size", flat=True).first() or 0
