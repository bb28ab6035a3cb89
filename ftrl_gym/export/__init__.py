"""Tasks in other people's formats: FTRL's rows, and parquet for Hugging Face ``datasets`` and for verl."""
