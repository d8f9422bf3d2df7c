"""The words of a schema: what a column may hold, and what it may say about people."""

from typing import Final

TYPES: Final = {
    "number": "number",
    "whole": "whole number",
    "text": "text",
    "date": "date or moment",
    "boolean": "yes or no",
    "other": "something else",
}
ORDERED: Final = frozenset({"number", "whole", "date"})  # what has bounds

PERSONAL: Final = {
    "none": "not personal",
    "name": "name of a person",
    "contact": "address, telephone, e-mail",
    "identifier": "number or account of a person",
    "online": "login, IP address, device",
    "demographic": "age, birth, sex, origin",
    "special": "special category (GDPR Art. 9)",
}

# The classes of `compliance.retention` that a dataset may be of.
DATA_CLASSES: Final = {
    "training_data": "Training data",
    "predictions": "Predictions and their labels",
    "profile": "Profiles of people",
    "other": "Everything else",
}
