"""The thin API over the library, on top of its public names only."""
