"""All settings, in one place. No other module of the project reads the environment."""

from functools import cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schema.errors import SettingsError

EmbedderName = Literal["none", "minilm", "bedrock"]
Engine = Literal["postgres", "spark"]
BedrockModel = Literal["cohere.embed-multilingual-v3", "amazon.titan-embed-text-v2:0"]

_DEVELOPMENT_SECRETS = {
    "cookie_secret": "development-cookie-secret",
    "pseudonym_key": "development-pseudonym-key",
}


class Settings(BaseSettings):
    """Settings from `PROMPTORY_*` variables or a `.env` file in the working directory."""

    model_config = SettingsConfigDict(
        env_prefix="PROMPTORY_", env_file=".env", env_file_encoding="utf-8", extra="ignore"
    )

    environment: Literal["development", "production"] = "development"
    home: Path = Field(Path(".promptory"), description="Embedded database, inbox, landing folders, Dagster's home")
    database_url: SecretStr | None = Field(
        None, description="postgresql://user:password@host:5432/name; unset: the embedded server"
    )
    database_password: SecretStr | None = Field(None, description="The password, where database_url holds none")
    analyst_database_url: SecretStr | None = Field(
        None,
        description="The same database for the SQL box, by a login that may read marts only; unset: promptory_analyst",
    )
    analyst_database_password: SecretStr | None = Field(
        None, description="The password, where analyst_database_url holds none"
    )
    inbox: str = Field(
        "", description="Folder or s3://bucket/prefix of prompt collections to import; unset: home/inbox"
    )
    landing: str = Field(
        "", description="Folder or s3://bucket/prefix of users, activity and subscriptions; unset: home/landing"
    )
    images: str = Field("", description="Folder or s3://bucket/prefix of the prompts' pictures; unset: home/images")
    lake: str = Field("", description="Folder or s3://bucket/prefix of the event lake; unset: home/lake")
    engine: Engine = Field("postgres", description="What counts raw events: postgres, or spark over the lake")
    activity_months: int = Field(24, ge=1, le=1200, description="Months of raw events that are kept")
    spark_memory: str = Field(
        "1g", pattern=r"^[1-9]\d*[mg]$", description="Memory of Spark's process here, or of each of EMR's: 1g, 1500m"
    )
    spark_cores: int = Field(
        0,
        ge=0,
        le=1024,
        description="Cores that Spark works on here, or in each process of EMR's; 0: all, or four",
    )
    spark_executors: int = Field(
        0, ge=0, le=10_000, description="Most processes that work for a job on EMR, beside its first; 0: as many as fit"
    )
    java_home: str = Field("", validation_alias="JAVA_HOME", description="Java for Spark; unset: the one on the PATH")
    emr_application: str = Field(
        "",
        pattern=r"^[0-9a-z]*$",
        description="Id of the EMR Serverless application that runs Spark; unset: Spark runs here",
    )
    emr_role: str = Field(
        "", pattern=r"^(arn:[a-z-]+:iam::\d{12}:role/.+)?$", description="ARN of what its jobs act as"
    )
    spark_start_minutes: int = Field(
        15, ge=1, le=1440, description="Minutes after which a job on EMR that has not started is cancelled"
    )
    embedder: EmbedderName = Field("none", description="What search compares meanings with, beside words")
    bedrock_model: BedrockModel = "cohere.embed-multilingual-v3"
    bedrock_region: str | None = Field(None, description="Unset: as AWS's own settings say")
    alert_webhook: SecretStr | None = Field(
        None, description="Address that failures are posted to, as Slack takes them"
    )
    dashboard_port: int = Field(8501, ge=1, le=65535)
    dagster_port: int = Field(3000, ge=1, le=65535)
    dagster_url: str = Field("", description="Dagster's web server, for the dashboard; unset: at dagster_port here")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"
    deployment: str = Field("", description="Name of the deployment, for error reports and metrics, such as staging")
    release: str = Field("", description="What is deployed, for error reports: the commit of the image")
    sentry_dsn: SecretStr | None = Field(
        None, validation_alias="SENTRY_DSN", description="Where Sentry takes error reports; unset: none are sent"
    )

    registration: bool = Field(default=False, description="Whether people may make an account of their own")
    proxies: int = Field(
        0,
        ge=0,
        le=9,
        description="Proxies before the dashboard: the client is so far from the end of X-Forwarded-For",
    )
    oidc_metadata_url: str = Field("", description="An identity provider's .well-known/openid-configuration")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    dashboard_url: str = Field(
        "", description="The dashboard's address, to which an identity provider sends people back"
    )

    cookie_secret: SecretStr = SecretStr(_DEVELOPMENT_SECRETS["cookie_secret"])
    pseudonym_key: SecretStr = SecretStr(_DEVELOPMENT_SECRETS["pseudonym_key"])
    demo_password: SecretStr = SecretStr("promptory-demo")

    admin_email: str = Field("", description="The first administrator, whom `promptory db prepare` makes")
    admin_password: SecretStr | None = None
    dashboard_login_password: SecretStr | None = Field(
        None, description="For the login that `promptory db prepare` makes for the dashboard"
    )
    dagster_login_password: SecretStr | None = Field(None, description="The same for Dagster's processes")
    analyst_login_password: SecretStr | None = Field(None, description="The same for the SQL box")

    @model_validator(mode="after")
    def _paths_are_absolute(self) -> Self:
        self.home = self.home.expanduser().resolve()
        self.inbox, self.landing = self._folder(self.inbox, "inbox"), self._folder(self.landing, "landing")
        self.images, self.lake = self._folder(self.images, "images"), self._folder(self.lake, "lake")
        return self

    def _folder(self, named: str, default: str) -> str:
        if named.startswith("s3://"):
            # Two slashes in a row are one for Hadoop, and two for S3.
            return f"s3://{named.removeprefix('s3://').rstrip('/')}"
        return str(Path(named).expanduser().resolve() if named else self.home / default)

    @model_validator(mode="after")
    def _secrets_are_our_own(self) -> Self:
        if self.environment == "development":
            return self
        if self.database_url is None:
            raise ValueError("set PROMPTORY_DATABASE_URL: the embedded server serves development only")
        if self.database_password is None and _asks_for_password(self.database_url.get_secret_value()):
            raise ValueError("set PROMPTORY_DATABASE_PASSWORD: PROMPTORY_DATABASE_URL holds no password")
        defaults = [
            f"PROMPTORY_{name.upper()}"
            for name, default in _DEVELOPMENT_SECRETS.items()
            if getattr(self, name).get_secret_value() == default
        ]
        if defaults:
            raise ValueError(f"set {', '.join(defaults)}: their defaults serve development only")
        return self

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        parts = (self.oidc_metadata_url, self.oidc_client_id, self.oidc_client_secret.get_secret_value())
        if any(parts) and not (all(parts) and self.dashboard_url):
            raise ValueError(
                "set all of PROMPTORY_OIDC_METADATA_URL, PROMPTORY_OIDC_CLIENT_ID, PROMPTORY_OIDC_CLIENT_SECRET and "
                "PROMPTORY_DASHBOARD_URL, or none of the first three"
            )
        return self

    @model_validator(mode="after")
    def _emr_is_whole(self) -> Self:
        if bool(self.emr_application) != bool(self.emr_role):
            raise ValueError("set both of PROMPTORY_EMR_APPLICATION and PROMPTORY_EMR_ROLE, or neither")
        if self.emr_application and not self.lake.startswith("s3://"):
            raise ValueError(
                "set PROMPTORY_LAKE to s3://bucket or s3://bucket/prefix: EMR reads no folder of this machine"
            )
        return self

    @property
    def signs_in_by_provider(self) -> bool:
        """Whether an identity provider says who people are; passwords are not asked for then."""
        return bool(self.oidc_metadata_url)

    @property
    def dagster_address(self) -> str:
        """Where the dashboard reaches Dagster's web server."""
        return self.dagster_url.rstrip("/") or f"http://127.0.0.1:{self.dagster_port}"

    @property
    def dagster_home(self) -> Path:
        """Dagster's instance folder: runs, events and schedules."""
        return self.home / "dagster"


@cache
def get_settings() -> Settings:
    """The process's settings, read once.

    Raises:
        SettingsError: a variable has a value that is not allowed; the message names it, never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(_describe(fault["loc"], fault["msg"]) for fault in error.errors())
        raise SettingsError(f"Settings are not usable: {faults}.") from None


def _asks_for_password(address: str) -> bool:
    """Whether an address names a server, and nothing by which to be let in: certificates stand in its query."""
    parts = urlsplit(address)
    return parts.hostname is not None and parts.password is None and "sslcert" not in parts.query


def _describe(location: tuple[int | str, ...], message: str) -> str:
    # One that has a name of its own, without our prefix, is told by that name.
    named = location and (str(location[0]) if str(location[0]).isupper() else f"PROMPTORY_{location[0]}".upper())
    return (f"{named}: " if named else "") + message.removeprefix("Value error, ")
