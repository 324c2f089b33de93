"""The version of the library, written into every result."""

__version__ = "0.1.0"
