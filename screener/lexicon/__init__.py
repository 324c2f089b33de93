"""Read, validate, self-check and compile lexicons: the data that practitioners edit."""
