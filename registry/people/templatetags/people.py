"""The people in a dataset, as its page tells of them."""

from django import template

from registry.models import Dataset
from registry.people.declared import Declared, declared_of

register = template.Library()


@register.simple_tag
def people_of(dataset: Dataset) -> Declared:
    """The column that names people, and how far its index is."""
    return declared_of(dataset)
