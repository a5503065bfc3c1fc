"""The command line `promptory`."""
