"""A clinical photograph as visible-light DICOM objects.

No registry we know of carries an endoscopic picture under a free licence, so a photograph of
the retina stands in for one; its series says so.
"""

import io
from pathlib import Path

from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEGBaseline8Bit

from demo.pictures import borrowed, template

VL_ENDOSCOPIC = UID("1.2.840.10008.5.1.4.1.1.77.1.1")
SIDE = 1024
VIEWS = ((0.0, 0.0, 1.0), (0.0, 0.2, 0.55), (0.25, 0.25, 0.5))  # left, top and size of each view, as parts of the picture


def write_endoscopy(source: Path, folder: Path, description: str) -> None:
    """Three views, compressed as a camera would."""
    with Image.open(source) as photo:
        picture = photo.convert("RGB")
    for number, (left, top, size) in enumerate(VIEWS, start=1):
        side = picture.width
        view = picture.crop((int(left * side), int(top * side), int((left + size) * side), int((top + size) * side)))
        write_view(view.resize((SIDE, SIDE), Image.Resampling.LANCZOS), folder, number, description)


def write_view(view: Image.Image, folder: Path, number: int, description: str) -> None:
    ds = template.new(VL_ENDOSCOPIC, "ES", description, "", JPEGBaseline8Bit)
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    ds.ImageComments = "Photograph of a retina, standing in for an endoscopic view"
    ds.Rows = ds.Columns = SIDE
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "YBR_FULL_422", 0
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    ds.LossyImageCompression, ds.LossyImageCompressionMethod = "01", "ISO_10918_1"
    ds.BurnedInAnnotation, ds.Laterality = "NO", "L"
    ds.AcquisitionContextSequence = []
    ds.AnatomicRegionSequence = [borrowed.coded("5665001", "SCT", "Retina")]
    jpeg = io.BytesIO()
    view.save(jpeg, "JPEG", quality=90, subsampling="4:2:2")
    ds.LossyImageCompressionRatio = round(SIDE * SIDE * 3 / len(jpeg.getvalue()), 1)
    ds.PixelData = encapsulate([jpeg.getvalue()])
    ds["PixelData"].VR = "OB"
    template.save(ds, folder, number)
