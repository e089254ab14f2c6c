"""Identity's pages; `feature.py` names the modules."""
