"""What goes in over REST about bundles."""

from rest_framework import serializers


class BundleFileIn(serializers.Serializer):
    """The form of an import."""

    file = serializers.FileField(help_text="The bundle, as another portal exported it.")
