"""Sessions that come again: one agreement between two people, from which appointments are made as time goes on."""
