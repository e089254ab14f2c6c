"""Envelope encryption: master key → clinic key → field, index and patient keys → AES-256-GCM fields."""

from vtclinic.core.crypto.fields import EncryptedText, blind_index, sealed
from vtclinic.core.crypto.keys import ClinicKeys, MasterKey
from vtclinic.core.crypto.patients import create_patient_key, destroy_patient_key, prefetch_patient_keys

__all__ = [
    "ClinicKeys",
    "EncryptedText",
    "MasterKey",
    "blind_index",
    "create_patient_key",
    "destroy_patient_key",
    "prefetch_patient_keys",
    "sealed",
]
