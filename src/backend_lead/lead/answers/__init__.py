"""Answers to questions in plain words: a module for each kind of request, named as it is in knowledge/intents.toml."""
