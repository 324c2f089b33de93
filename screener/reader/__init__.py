"""The sentence reader: a small transformer, trained here, that points at what no cue foresaw."""
