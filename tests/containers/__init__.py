"""The images and the compose file, built and started."""
