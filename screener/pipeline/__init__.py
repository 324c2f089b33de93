"""The way of one note: cues, context, highlights, one step a file."""
