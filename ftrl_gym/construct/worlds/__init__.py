"""Worlds: data generators with the documents and the code of the tools that read and write them."""
