"""How many findings of the example service its safe patches remove, with its own tests."""
