"""moto's server with the one bucket that docker-compose.yml names."""

import os
import signal

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "promptory"
PORT = int(os.environ["S3_PORT"])

server = ThreadedMotoServer(ip_address="0.0.0.0", port=PORT)  # noqa: S104 (the compose network's own address)
server.start()
client = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{PORT}",
    region_name="us-east-1",
    aws_access_key_id="local",
    aws_secret_access_key="local",
)
client.create_bucket(Bucket=BUCKET)
signal.sigwait({signal.SIGTERM, signal.SIGINT})
server.stop()
