"""The tree and its heads. Everything but states is only ever added; triggers refuse the rest.

The web server and the worker read these tables; the sealer alone writes to them.
"""

from django.db import models
from django.db.models.functions import Now


class Leaf(models.Model):
    """A row of the ledger in the tree: its number, without gaps from 0, and the hash of its leaf (32 bytes)."""

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    hash = models.BinaryField()

    class Meta:
        verbose_name_plural = "leaves"
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq}: {self.event_id}"


class Tile(models.Model):
    """256 hashes that stand beside each other in the tree (C2SP tlog-tiles), once there are that many.

    Level 0 holds leaves, level 1 the roots of tiles of level 0, and so on; ``root`` is the hash over all 256.
    """

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()

    class Meta:
        ordering = ["level", "index"]
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="audit_tile_once")]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Seal(models.Model):
    """One round of the sealer: the leaves from ``first_seq`` to ``size``.

    ``watermark`` is the snapshot (PostgreSQL's ``pg_snapshot``) up to which every row is sealed; ``cluster`` the
    identity of the PostgreSQL cluster that it belongs to: in another one its numbers say nothing.
    """

    first_seq = models.BigIntegerField()
    size = models.BigIntegerField()
    watermark = models.TextField()
    cluster = models.CharField(max_length=40)
    sealed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.first_seq} to {self.size}"


class CheckpointKey(models.Model):
    """The public half of a key that signs checkpoints. ``key_id`` is the C2SP key hash, ``name`` the log's origin."""

    key_id = models.CharField(max_length=8, primary_key=True)
    name = models.CharField(max_length=200)
    public_key = models.BinaryField()
    from_size = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.key_id


class Checkpoint(models.Model):
    """A signed head of the tree; ``note`` is the whole signed note, letter for letter.

    The first is the one that was signed last. After an accepted break there may be larger ones, of the tree given up.
    """

    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    key_id = models.CharField(max_length=8)
    signed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["size"], name="audit_checkpoint_size")]

    def __str__(self) -> str:
        return f"size {self.size}"


class AnchoringState(models.TextChoices):
    PENDING = "pending", "Pending"
    DONE = "done", "Anchored"
    DROPPED = "dropped", "Given up"


class Anchoring(models.Model):
    """A checkpoint on its way to one anchor outside the database. Given up is what belongs to a tree before a break."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="anchorings")
    anchor = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=AnchoringState.choices, default=AnchoringState.PENDING)
    attempts = models.IntegerField(default=0)
    last_error = models.CharField(max_length=300, default="", blank=True)
    due_at = models.DateTimeField(db_default=Now())
    anchored_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["checkpoint", "anchor"], name="audit_anchored_once")]
        indexes = [
            models.Index(fields=["due_at"], name="audit_anchoring_due", condition=models.Q(state="pending")),
            models.Index(fields=["anchor", "-id"], name="audit_anchoring_anchor"),
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint_id} at {self.anchor}: {self.state}"


class PurgedMonth(models.Model):
    """A month of the ledger whose rows were removed when their time was over. Their leaves stay in the tree.

    ``first_id`` to before ``until_id`` are the ids of that month, ``rows`` how many there were; ``size`` and ``note``
    are of the signed checkpoint over them that was outside the database when they went. A function of the database
    writes it in the same act.
    """

    month = models.CharField(max_length=7, primary_key=True)
    first_id = models.UUIDField()
    until_id = models.UUIDField()
    rows = models.BigIntegerField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    size = models.BigIntegerField()
    note = models.TextField()
    purged_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["month"]

    def __str__(self) -> str:
        return self.month


class SealerState(models.Model):
    """What the sealer last said about itself; one row. ``anchors`` are the names of those that it writes to."""

    class Standing(models.TextChoices):
        WORKING = "working", "Working"
        UNSIGNED = "unsigned", "Sealing without signing"
        REFUSED = "refused", "Stopped signing"

    id = models.SmallIntegerField(primary_key=True, default=1)
    beat_at = models.DateTimeField()
    standing = models.CharField(max_length=10, choices=Standing.choices)
    code = models.CharField(max_length=60, default="", blank=True)
    says = models.TextField(default="", blank=True)
    since = models.DateTimeField()
    anchors = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_one_sealer_state")]

    def __str__(self) -> str:
        return self.standing
