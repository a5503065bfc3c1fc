# The bucket's name holds the account's number: give it as -backend-config=bucket=promptory-state-<account>.
key          = "promptory/staging/terraform.tfstate"
region       = "us-east-1"
encrypt      = true
use_lockfile = true
