"""The parts of the Pipeline page."""
