"""The demonstration's clinics and made-up people, as data. Nobody here is real; names and numbers are invented."""

from vtclinic.demo.cast.harbour import HARBOUR
from vtclinic.demo.cast.northside import NORTHSIDE

PASSWORD = "calm blue harbour"  # noqa: S105 - printed on purpose: it opens made-up accounts only
IT_ADMIN = "it@vtclinic.example"
CASTS = (HARBOUR, NORTHSIDE)
