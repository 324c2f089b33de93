"""The sentence reader: a token tagger that points at what no cue foresaw."""
