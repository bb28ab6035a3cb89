"""Building scenarios: five stages, the writers behind them, and the worlds they write about."""
