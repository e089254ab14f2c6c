"""The same people and questionnaires as in the tests of progress."""

from tests.features.progress.conftest import amara, at, fill, given, sam  # noqa: F401 - fixtures
