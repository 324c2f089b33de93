"""What a plain keyword list would find, alone and with the context of two public systems."""
