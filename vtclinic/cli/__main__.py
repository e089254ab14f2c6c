"""`python -m vtclinic.cli`."""

from vtclinic.cli import main

if __name__ == "__main__":
    main()
