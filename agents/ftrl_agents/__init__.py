"""The learner: policy -> rollout -> advantage -> loss -> update, and what it is judged by.

Reading order: :mod:`.episode`, :mod:`.chat`, :mod:`.rollout`, :mod:`.advantage`, :mod:`.loss`, :mod:`.train`.
"""
