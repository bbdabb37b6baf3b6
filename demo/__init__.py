"""The simulated hospital around Lightbox: a HIS, modalities, their pictures and a day's work.

It talks to Lightbox over the network only, as any hospital would: HL7 by MLLP, DICOM and HTTP. It imports no app, and no app imports it.
"""
