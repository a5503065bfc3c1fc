"""What the tests share: servers, scratch databases and small files."""
