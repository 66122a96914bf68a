"""The platform, twice: readable on an event loop, and in arrays for Numba."""
