"""Construction with a language model: replies, prompts, backends, and the writer that uses them."""
