"""A transparent word list: plain patterns and plain rules of context, in data, by language, in versions.

It only ever adds a look by a person. It knows no meaning, no irony and no silence, and what it does not find means nothing.
"""

from vtclinic.features.crisis.language.scan import Hit, Scan, scan

__all__ = ["Hit", "Scan", "scan"]
