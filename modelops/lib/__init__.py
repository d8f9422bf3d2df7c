"""Ground floor: pure building blocks that know nothing of the portal's apps."""
