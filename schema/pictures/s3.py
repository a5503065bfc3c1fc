"""Pictures in S3, from where browsers fetch them by links that S3 checks itself."""

import time
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from schema.pictures.base import CONTENT_TYPE, FOREVER, PictureStoreError, Size, file_name
from schema.pictures.links import LINK_LIFE, current_window
from schema.pictures.preparation import Picture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_THERE_ALREADY = ("PreconditionFailed", "ConditionalRequestConflict")
_MISSING = ("NoSuchKey", "404")
_REGION = "x-amz-bucket-region"
_LINKS_KEPT = 10_000
_SECONDS_TO_REST = 60
_QUICK = Config(signature_version="s3v4", connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1})
_PATIENT = Config(signature_version="s3v4", connect_timeout=5, read_timeout=30, retries={"mode": "standard"})

log = structlog.get_logger(__name__)


class S3Store:
    """A `PictureStore` below `s3://bucket/prefix`."""

    def __init__(self, address: str) -> None:
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        self._bucket, self._prefix = bucket, f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._rests_until = 0.0
        self._making = Lock()
        self._signed = lru_cache(maxsize=_LINKS_KEPT)(self._sign)

    def put(self, picture: Picture) -> None:
        """Put both objects, where there are none: one that is written again would be another version."""
        try:
            self._write(file_name(picture.key, Size.SMALL), picture.small)
            self._write(picture.key, picture.full)
        except (BotoCoreError, ClientError) as error:
            raise PictureStoreError(
                f"Pictures cannot be kept in S3 ({_told(error)}); check PROMPTORY_IMAGES and the AWS credentials."
            ) from None

    def read(self, key: str) -> bytes | None:
        """The content of its object."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            if _code(error) in _MISSING:
                return None
            raise PictureStoreError(f"The picture {key} cannot be read from S3 ({_told(error)}).") from None

    def address(self, key: str, size: Size = Size.FULL) -> str | None:
        """A presigned link. Where none can be made, it is not tried again for a minute: pages do not wait for S3."""
        if time.monotonic() < self._rests_until:
            return None
        try:
            return self._signed(file_name(key, size), current_window())
        except (BotoCoreError, ClientError) as error:
            self._rests_until = time.monotonic() + _SECONDS_TO_REST
            log.warning("pictures_away", bucket=self._bucket, reason=_told(error))
            return None

    def _write(self, name: str, content: bytes) -> None:
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + name,
                Body=content,
                ContentType=CONTENT_TYPE,
                CacheControl=FOREVER,
                IfNoneMatch="*",
            )
        except ClientError as error:
            if _code(error) not in _THERE_ALREADY:
                raise

    def _sign(self, name: str, _window: int) -> str:
        return self._client.generate_presigned_url(
            "get_object",
            Params={"Bucket": self._bucket, "Key": self._prefix + name},
            ExpiresIn=int(LINK_LIFE.total_seconds()),
        )

    @property
    def _client(self) -> "S3Client":
        with self._making:
            return self._client_of_region

    @cached_property
    def _client_of_region(self) -> "S3Client":
        """A client of the bucket's own region: a link that is signed for another is refused."""
        session = boto3.Session()
        region = _region_of(session.client("s3", config=_QUICK), self._bucket)
        return session.client("s3", config=_PATIENT, region_name=region)


def _region_of(client: "S3Client", bucket: str) -> str:
    """The region of a bucket, which S3 tells also those who may not list it."""
    answer: Any
    try:
        answer = client.head_bucket(Bucket=bucket)
    except ClientError as error:
        answer = error.response
        if _REGION not in answer["ResponseMetadata"].get("HTTPHeaders", {}):
            raise
    headers = answer["ResponseMetadata"].get("HTTPHeaders", {})
    return str(headers.get(_REGION, client.meta.region_name))


def _code(error: Exception) -> str | None:
    return error.response["Error"].get("Code") if isinstance(error, ClientError) else None


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
