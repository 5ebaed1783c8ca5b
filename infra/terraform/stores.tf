resource "aws_kms_key" "main" {
  description             = "${local.name}: database, recordings, secrets"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

# ── PostgreSQL ──

resource "aws_db_subnet_group" "main" {
  name_prefix = "${local.name}-"
  subnet_ids  = aws_subnet.private[*].id
}

resource "aws_db_parameter_group" "main" {
  name_prefix = "${local.name}-"
  family      = "postgres16"
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = "500"
  }
  lifecycle { create_before_destroy = true }
}

resource "aws_db_instance" "main" {
  identifier                      = local.name
  engine                          = "postgres"
  engine_version                  = "16"
  instance_class                  = var.database.class
  allocated_storage               = var.database.storage_gb
  max_allocated_storage           = var.database.storage_gb * 10
  storage_type                    = "gp3"
  storage_encrypted               = true
  kms_key_id                      = aws_kms_key.main.arn
  db_name                         = "invorto"
  username                        = "owner"
  manage_master_user_password     = true
  multi_az                        = var.database.multi_az
  db_subnet_group_name            = aws_db_subnet_group.main.name
  parameter_group_name            = aws_db_parameter_group.main.name
  vpc_security_group_ids          = [aws_security_group.stores.id]
  backup_retention_period         = var.database.keep_backups_days
  copy_tags_to_snapshot           = true
  deletion_protection             = var.environment == "production"
  skip_final_snapshot             = var.environment != "production"
  final_snapshot_identifier       = "${local.name}-last"
  performance_insights_enabled    = true
  enabled_cloudwatch_logs_exports = ["postgresql"]
  auto_minor_version_upgrade      = true
}

# ── Redis ──

resource "aws_elasticache_subnet_group" "main" {
  name       = local.name
  subnet_ids = aws_subnet.private[*].id
}

resource "aws_elasticache_parameter_group" "main" {
  name   = local.name
  family = "redis7"
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction" # an evicted slot is a call that is not counted
  }
}

resource "random_password" "redis" {
  length  = 40
  special = false
}

resource "aws_elasticache_replication_group" "main" {
  replication_group_id       = local.name
  description                = "Slots, rates and live events of invorto"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = var.redis_class
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  subnet_group_name          = aws_elasticache_subnet_group.main.name
  parameter_group_name       = aws_elasticache_parameter_group.main.name
  security_group_ids         = [aws_security_group.stores.id]
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  auth_token                 = random_password.redis.result
  kms_key_id                 = aws_kms_key.main.arn
}

# ── recordings and transcripts ──

locals {
  buckets = { recordings = var.retention_days.recordings, transcripts = var.retention_days.transcripts }
}

resource "aws_s3_bucket" "artifacts" {
  for_each = local.buckets
  bucket   = "${local.name}-${each.key}-${data.aws_caller_identity.here.account_id}"
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  for_each                = aws_s3_bucket.artifacts
  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "artifacts" {
  for_each = aws_s3_bucket.artifacts
  bucket   = each.value.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.main.arn
    }
  }
}

resource "aws_s3_bucket_versioning" "artifacts" {
  for_each = aws_s3_bucket.artifacts
  bucket   = each.value.id
  versioning_configuration { status = "Enabled" }
}

# What is erased at somebody's wish must be gone: old versions go after a week.
resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  for_each = aws_s3_bucket.artifacts
  bucket   = each.value.id
  rule {
    id     = "retention"
    status = "Enabled"
    filter {}
    expiration { days = local.buckets[each.key] }
    noncurrent_version_expiration { noncurrent_days = 7 }
    abort_incomplete_multipart_upload { days_after_initiation = 2 }
  }
  depends_on = [aws_s3_bucket_versioning.artifacts]
}

# ── the balancer's log ──

resource "aws_s3_bucket" "logs" {
  bucket = "${local.name}-logs-${data.aws_caller_identity.here.account_id}"
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    id     = "month"
    status = "Enabled"
    filter {}
    expiration { days = 30 }
  }
}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs.arn}/balancer/*"]
    principals {
      type        = "Service"
      identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs.json
}

# sslmode=require encrypts and does not ask who answers; with Amazon's bundle of authorities in the image it can be
# verify-full&sslrootcert=FILE.
# ── secrets: made here, or put in by hand; the task may read these and no others ──

resource "random_password" "own" {
  for_each = toset(["REALTIME_WS_SECRET", "JWT_SECRET"])
  length   = 48
  special  = false
}

resource "random_id" "secrets_key" {
  byte_length = 32
}

resource "aws_secretsmanager_secret" "made" {
  for_each   = toset(["REALTIME_WS_SECRET", "JWT_SECRET", "SECRETS_KEY", "REDIS_URL", "DATABASE_URL", "DATABASE_WORKER_URL"])
  name       = "${local.name}/${each.key}"
  kms_key_id = aws_kms_key.main.arn
}

resource "aws_secretsmanager_secret" "given" {
  for_each   = var.secrets
  name       = "${local.name}/${each.key}"
  kms_key_id = aws_kms_key.main.arn
}

resource "random_password" "database" {
  for_each = toset(["app", "worker"])
  length   = 40
  special  = false
}

resource "aws_secretsmanager_secret_version" "made" {
  for_each = {
    REALTIME_WS_SECRET  = random_password.own["REALTIME_WS_SECRET"].result
    JWT_SECRET          = random_password.own["JWT_SECRET"].result
    SECRETS_KEY         = random_id.secrets_key.hex
    REDIS_URL           = "rediss://:${random_password.redis.result}@${aws_elasticache_replication_group.main.primary_endpoint_address}:6379"
    DATABASE_URL        = "postgresql://invorto_app:${random_password.database["app"].result}@${aws_db_instance.main.endpoint}/invorto?sslmode=require"
    DATABASE_WORKER_URL = "postgresql://invorto_worker:${random_password.database["worker"].result}@${aws_db_instance.main.endpoint}/invorto?sslmode=require"
  }
  secret_id     = aws_secretsmanager_secret.made[each.key].id
  secret_string = each.value
}
