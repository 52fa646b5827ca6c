"""Starts the whole product on one machine and keeps it running. Standard library only."""
