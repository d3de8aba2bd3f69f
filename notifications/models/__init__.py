"""The rows of the notifications app, one module for each thing."""
