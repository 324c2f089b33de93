"""Text as given → folded text, tokens, sentences, sections, form lines and quotes, all in offsets of the original."""
