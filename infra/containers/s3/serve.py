"""moto's server with the one bucket that docker-compose.yml names."""

import signal

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "promptory"

server = ThreadedMotoServer(ip_address="0.0.0.0", port=9000)  # noqa: S104 (the compose network's own address)
server.start()
client = boto3.client(
    "s3",
    endpoint_url="http://127.0.0.1:9000",
    region_name="us-east-1",
    aws_access_key_id="local",
    aws_secret_access_key="local",
)
client.create_bucket(Bucket=BUCKET)
signal.sigwait({signal.SIGTERM, signal.SIGINT})
server.stop()
