"""The package's version: written into every artefact it builds, so that it can be built again."""

__version__ = "0.1.0.dev0"
