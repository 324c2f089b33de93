"""The running service, killed and loaded: what is lost, and how fast it answers."""
