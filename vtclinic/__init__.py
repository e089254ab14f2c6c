"""vtclinic: online therapy that a clinic runs on its own servers."""

__version__ = "0.1.0"
