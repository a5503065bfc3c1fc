# The smallest that can be applied: what has no default, and that it may be destroyed.
environment     = "test"
image_tag       = "0123456789abcdef0123456789abcdef01234567"
domain_name     = "promptory.example.org"
certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
disposable      = true
