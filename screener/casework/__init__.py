"""The case level: what several notes of one child make together."""
