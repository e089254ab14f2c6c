"""A patient's own record: profile, safe contact, who cares for whom."""
