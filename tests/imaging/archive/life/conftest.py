"""The places that the tests of an image's life use: the fast folder, a second folder, and a bucket of a real S3 service."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from pytest_django import Settings

from tests.services import object_store, wait_for


@pytest.fixture(scope="session")
def s3_service() -> Iterator[tuple[str, str, str]]:
    with object_store() as service:
        address, access_key, secret_key = service
        client = boto3.client(
            "s3", endpoint_url=address, aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name="us-east-1"
        )

        def made() -> bool:
            try:
                client.create_bucket(Bucket="images")
                client.put_object(Bucket="images", Key="first", Body=b"1")
            except Exception:
                return False
            return True

        wait_for(made, "the S3 service")
        yield service


@pytest.fixture
def tiers(settings: Settings, tmp_path: Path) -> None:
    """A second folder."""
    settings.STORAGE_TIERS = [f"slow={tmp_path / 'slow'}"]
    settings.STORAGE_WORK_BYTES_A_SECOND = settings.FIXITY_BYTES_A_SECOND = 10**12


@pytest.fixture
def tiers_with_bucket(tiers: None, settings: Settings, tmp_path: Path, s3_service: tuple[str, str, str]) -> None:
    """A second folder, and a bucket; each test below a prefix of its own."""
    settings.S3_ENDPOINT, settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY = s3_service
    settings.STORAGE_TIERS = [*settings.STORAGE_TIERS, f"far=s3://images/{tmp_path.name}"]
