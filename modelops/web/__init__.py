"""The edge of the portal: who is there, what every answer carries, and what browsers may load from it."""
