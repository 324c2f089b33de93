"""Who may do what, passwords and tokens, encryption at rest, and the chain of the audit. No database here."""
