"""Envs and scorers of published benchmarks, one module each; data is the user's, nothing third-party is packaged."""
