"""Would the tests notice? One small change to the code at a time, and the tests that reach it.

``python -m tools.mutation --help``; `make mutation` runs a sample of every room.
"""
