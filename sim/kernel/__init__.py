"""The compiled engine: the built-in app at full scale in seconds, with the same results."""
