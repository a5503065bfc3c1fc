# The images of all environments: what was tried in staging is, bit by bit, what goes to production.

resource "aws_ecr_repository" "main" {
  for_each = toset(["dashboard", "dagster"])

  name                 = "promptory/${each.key}"
  image_tag_mutability = "IMMUTABLE" # a tag is a commit, and stays what was tested

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
  }
}

resource "aws_ecr_lifecycle_policy" "main" {
  for_each = aws_ecr_repository.main

  repository = each.value.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Layers of builds that were given no tag"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "All but the newest releases"
        # A release is an index with a tag, and manifests without, which go by the rule above once their index is gone.
        selection = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = var.kept_images }
        action    = { type = "expire" }
      },
    ]
  })
}
