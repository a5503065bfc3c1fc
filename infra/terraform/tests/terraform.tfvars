# What every test begins with. No secret is written: mocks cannot make one up.
environment     = "test"
image_tag       = "0123456"
domain_name     = "promptory.example.org"
certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
secret_versions = {
  database_master    = 0
  database_dashboard = 0
  database_dagster   = 0
  database_analyst   = 0
  cookie_secret      = 0
  pseudonym_key      = 0
}
