"""`vtclinic demo --check`: the real servers, driven from outside through everything a first patient meets."""

from vtclinic.demo.check.run import run_check

__all__ = ["run_check"]
