"""Shallow baselines: policies without a model that are as good as cleverness without understanding gets.

What they earn is what a task pays for no skill. Each of them sees only what a policy sees: the observation, the
messages and the documents. The template parser learns from training tasks before it plays.
"""
