"""Where images lie, and how gently the archive works on them behind the scenes."""

from config import environment

STORAGE_TIERS = environment.words(
    "LIGHTBOX_TIERS",
    [],
    "Further places for images, as name=/folder or name=s3://bucket/prefix, separated by commas. `fast` is the archive's own folder.",
)
TIER_BYTES = environment.words(
    "LIGHTBOX_TIER_BYTES", [], "What a place may hold where it cannot be asked, as name=bytes: a bucket knows no end of its own."
)
S3_ENDPOINT = environment.text("LIGHTBOX_S3_ENDPOINT", "", "Address of the S3 service; empty for Amazon's.")
S3_REGION = environment.text("LIGHTBOX_S3_REGION", "us-east-1", "Region of the S3 service.")
S3_ACCESS_KEY = environment.text("LIGHTBOX_S3_ACCESS_KEY", "", "Access key of the S3 service.")
S3_SECRET_KEY = environment.text("LIGHTBOX_S3_SECRET_KEY", "", "Secret key of the S3 service.")
STORAGE_WORK_BYTES_A_SECOND = environment.number(
    "LIGHTBOX_STORAGE_WORK_BYTES_A_SECOND", 50_000_000, "Moving and compressing read no faster than this, so that readers are not held up."
)
FIXITY_BYTES_A_SECOND = environment.number(
    "LIGHTBOX_FIXITY_BYTES_A_SECOND", 10_000_000, "The fixity check reads no faster than this; 10 MB/s is 26 TB a month."
)
STORAGE_HOURS = environment.hours(
    "LIGHTBOX_STORAGE_HOURS",
    "",
    "When rules without hours of their own and the fixity check work, as 22:00-06:00, so that the day is the readers'; empty for always.",
)
STORAGE_WORK_SECONDS = environment.number(
    "LIGHTBOX_STORAGE_WORK_SECONDS", 45, "After so long a background worker lets others have their turn; the work goes on where it was."
)
OLD_COPY_SECONDS = environment.number(
    "LIGHTBOX_OLD_COPY_SECONDS",
    86400,
    "An old file stays this long after a move, compression or deletion: for readers, and for a file backup after the database's.",
)
DELETION_GRACE_DAYS = environment.number(
    "LIGHTBOX_DELETION_GRACE_DAYS", 14, "Days between the approval of a deletion and its execution, in which anybody may stop it."
)
COMPRESS_OBJECT_BYTES = environment.number(
    "LIGHTBOX_COMPRESS_OBJECT_BYTES", 1024**3, "Larger objects are left uncompressed: both forms are on disk while they are compared."
)
RECALL_STUDIES = environment.number(
    "LIGHTBOX_RECALL_STUDIES", 5, "How many earlier studies come back to the fast tier when their patient is booked."
)
