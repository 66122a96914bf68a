"""Apps that ship with the toolkit."""
