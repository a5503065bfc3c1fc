"""The queries that dashboard, command line and pipeline share. Every function is typed and one statement."""
