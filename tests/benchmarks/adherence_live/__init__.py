"""The live path of adherence under load: each module is run as `python -m … --help`."""
