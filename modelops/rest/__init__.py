"""One shape for errors, permissions and pages, shared by every REST resource and the portal's error pages."""
