"""Records of models that lie in other registries: read here, never changed."""
