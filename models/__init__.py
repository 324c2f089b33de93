"""The models that ship, and what they were made with."""
