"""Which event tells of keys, requests for approval and rotations."""

from compliance.audit.audit_events import KEY_TRANSITIONS
from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import (
    APPROVAL_EXECUTED,
    APPROVAL_EXPIRED,
    APPROVAL_REQUESTED,
    APPROVAL_WITHDRAWN,
    KEY_VIEWED,
    MINIMUM_RAISED,
    ROTATION_BEGUN,
    ROTATION_FINISHED,
    ROTATION_MOVED,
    ROTATION_PACED,
    ROTATION_PAUSED,
    ROTATION_RESUMED,
    ROTATION_RETRIED,
    ROTATION_STARTED,
)

_KEY = "api/v1/keys/<uuid:key_id>/"
_ROTATION = "api/v1/key-rotations/<uuid:rotation_id>/"
_ADMIN = "admin/crypto/keyversion/"
# The second person's word, and what it did: a key takes the place of another, and a rotation begins.
_APPROVED = (APPROVAL_EXECUTED, KEY_TRANSITIONS["activated"], KEY_TRANSITIONS["retired"], ROTATION_STARTED)

# A compromised key is replaced at once, and what it protects begins to move.
_COMPROMISED = (*(KEY_TRANSITIONS[step] for step in ("compromised", "created", "activated")), ROTATION_STARTED)

route("api/v1/keys/", get=Exempt.NAMES, post=KEY_TRANSITIONS["created"])
route("api/v1/keys/rotate/", post=APPROVAL_REQUESTED)
route(_KEY, get=KEY_VIEWED)
route(f"{_KEY}requests/", post=APPROVAL_REQUESTED)
route(f"{_KEY}suspend/", post=KEY_TRANSITIONS["suspended"])
route(f"{_KEY}compromise/", post=_COMPROMISED)
route(f"{_KEY}spare/", post=KEY_TRANSITIONS["spared"])
route(f"{_KEY}max-age/", put=KEY_TRANSITIONS["aged"])
route("api/v1/key-requests/", get=Exempt.NAMES)
route("api/v1/key-requests/<uuid:approval_id>/approve/", post=_APPROVED)
route("api/v1/key-requests/<uuid:approval_id>/withdraw/", post=APPROVAL_WITHDRAWN)
route("api/v1/key-rotations/", get=Exempt.NAMES)
route(_ROTATION, get=Exempt.PROGRESS, patch=ROTATION_PACED)
route(f"{_ROTATION}pause/", post=ROTATION_PAUSED)
route(f"{_ROTATION}resume/", post=ROTATION_RESUMED)
route(f"{_ROTATION}retry/", post=ROTATION_RETRIED)

admin_pages("crypto.KeyVersion", adds=KEY_TRANSITIONS["created"])
route(f"{_ADMIN}all/", get=Exempt.NAMES)
route(f"{_ADMIN}<uuid:pk>/ask/", post=APPROVAL_REQUESTED)
route(f"{_ADMIN}<uuid:pk>/age/", post=KEY_TRANSITIONS["aged"])
route(f"{_ADMIN}<uuid:pk>/step/<slug:step>/", post=KEY_TRANSITIONS["suspended"])
route(f"{_ADMIN}requests/<uuid:pk>/approve/", post=_APPROVED)
route(f"{_ADMIN}requests/<uuid:pk>/withdraw/", post=APPROVAL_WITHDRAWN)
admin_pages("keys.Approval")
admin_pages("keys.Rotation")
route("admin/keys/rotation/<uuid:pk>/act/<slug:act>/", post=ROTATION_PAUSED)

model("crypto.KeyVersion", *KEY_TRANSITIONS.values(), MINIMUM_RAISED)
model("keys.Approval", APPROVAL_REQUESTED, APPROVAL_EXECUTED, APPROVAL_WITHDRAWN, APPROVAL_EXPIRED)
model(
    "keys.Rotation",
    ROTATION_STARTED,
    ROTATION_BEGUN,
    ROTATION_PAUSED,
    ROTATION_RESUMED,
    ROTATION_RETRIED,
    ROTATION_PACED,
    ROTATION_MOVED,
    ROTATION_FINISHED,
)
model("keys.RotationStep", ROTATION_STARTED, ROTATION_RETRIED, ROTATION_MOVED, ROTATION_FINISHED)
model("keys.RotationRange", ROTATION_STARTED, ROTATION_MOVED, ROTATION_FINISHED)
model("keys.RotationFailure", ROTATION_FINISHED, ROTATION_RETRIED)
