"""Access to the emulated AWS: as its administrator, or as a role."""

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"


@dataclass(frozen=True)
class Account:
    """Keys to the emulated AWS."""

    endpoint: str
    key: str = "test"
    secret: str = "test"
    token: str | None = None

    def client(self, service: str, region: str = REGION) -> Any:
        """A client of a service; what the emulator refuses once, it refuses again."""
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            aws_session_token=self.token,
            config=Config(retries={"total_max_attempts": 1}, signature_version="s3v4" if service == "s3" else None),
        )

    def assume(self, role: str) -> "Account":
        """The account as a role sees it."""
        keys = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        return Account(self.endpoint, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    def environment(self) -> dict[str, str]:
        """The variables that every AWS client reads."""
        token = {"AWS_SESSION_TOKEN": self.token} if self.token else {}
        return token | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
