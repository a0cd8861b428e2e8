"""A run of a test suite, whichever runner it has: options, baseline, the section at the end. No Django."""
