"""The help widget: one script tag on any site, and what its script asks for."""
