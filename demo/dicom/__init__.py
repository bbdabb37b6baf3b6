"""DICOM as modalities speak it: worklist, performed step, storage, commitment."""
