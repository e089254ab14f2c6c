"""Other people's servers, as small as the tests need them."""
