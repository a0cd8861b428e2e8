"""It keeps working, shows nothing it should not, and breaks nothing."""
