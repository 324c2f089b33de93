"""Case patterns as data: read, checked, found in a case, and proved by their own small cases."""
