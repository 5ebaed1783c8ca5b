# The daemon on Fargate: one container, one core, as many instances as there are calls.
resource "aws_ecs_cluster" "main" {
  name = local.name
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_cloudwatch_log_group" "main" {
  name              = "/ecs/${local.name}"
  retention_in_days = 30
}

# ── roles: starting a task, and what the task itself may do ──

data "aws_iam_policy_document" "tasks_assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "start" {
  name               = "${local.name}-start"
  assume_role_policy = data.aws_iam_policy_document.tasks_assume.json
}

resource "aws_iam_role_policy_attachment" "start" {
  role       = aws_iam_role.start.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

locals {
  secret_arns = merge({ for k, s in aws_secretsmanager_secret.made : k => s.arn }, { for k, s in aws_secretsmanager_secret.given : k => s.arn })
}

data "aws_iam_policy_document" "start" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = values(local.secret_arns)
  }
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.main.arn]
  }
}

resource "aws_iam_role_policy" "start" {
  role   = aws_iam_role.start.id
  policy = data.aws_iam_policy_document.start.json
}

resource "aws_iam_role" "task" {
  name               = "${local.name}-task"
  assume_role_policy = data.aws_iam_policy_document.tasks_assume.json
}

data "aws_iam_policy_document" "task" {
  statement {
    actions   = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = [for b in aws_s3_bucket.artifacts : "${b.arn}/*"]
  }
  statement {
    actions   = ["kms:GenerateDataKey", "kms:Decrypt"]
    resources = [aws_kms_key.main.arn]
  }
  # While calls live on it: "do not stop me".
  statement {
    actions   = ["ecs:UpdateTaskProtection", "ecs:GetTaskProtection"]
    resources = ["*"]
    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [aws_ecs_cluster.main.arn]
    }
  }
}

resource "aws_iam_role_policy" "task" {
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.task.json
}

# ── what runs ──

locals {
  settings = merge({
    INVORTO_ENV           = "production"
    PUBLIC_BASE_URL       = "https://${var.host}"
    TRUSTED_PROXIES       = var.cidr
    DRAIN_SECONDS         = tostring(var.drain_seconds)
    MAX_LIVE_CALLS        = tostring(floor(var.calls_per_task * 1.5))
    AWS_REGION            = var.region
    S3_BUCKET_RECORDINGS  = aws_s3_bucket.artifacts["recordings"].id
    S3_BUCKET_TRANSCRIPTS = aws_s3_bucket.artifacts["transcripts"].id
  }, var.settings)

  container = {
    name                   = "invorto"
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = true
    user                   = "65532:65532"
    stopTimeout            = 120
    portMappings           = [{ containerPort = 8080, protocol = "tcp" }]
    environment            = [for k, v in local.settings : { name = k, value = v }]
    secrets                = [for k, arn in local.secret_arns : { name = k, valueFrom = arn }]
    mountPoints            = [{ sourceVolume = "calls", containerPath = "/var/lib/invorto" }]
    ulimits                = [{ name = "nofile", softLimit = 65536, hardLimit = 65536 }]
    linuxParameters        = { initProcessEnabled = false }
    healthCheck = {
      command     = ["CMD", "/usr/bin/invorto", "health"]
      interval    = 10
      timeout     = 3
      retries     = 3
      startPeriod = 20
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.main.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "invorto"
        mode                  = "non-blocking"
        max-buffer-size       = "8m"
      }
    }
  }
}

resource "aws_ecs_task_definition" "main" {
  family                   = local.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 2048 # one core for the loop, one for the disk and the kernel
  memory                   = 4096
  execution_role_arn       = aws_iam_role.start.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode([local.container])
  # Journals of live calls. A task that dies takes its disk along: what had not reached Postgres by then is what was
  # said since the last flush, and calls are closed as lost.
  volume { name = "calls" }
  ephemeral_storage { size_in_gib = 50 }
  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }
}

resource "aws_ecs_service" "main" {
  name                               = local.name
  cluster                            = aws_ecs_cluster.main.id
  task_definition                    = aws_ecs_task_definition.main.arn
  desired_count                      = var.tasks.least
  launch_type                        = "FARGATE"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 30
  propagate_tags                     = "SERVICE"
  enable_ecs_managed_tags            = true
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  network_configuration {
    subnets         = aws_subnet.private[*].id
    security_groups = [aws_security_group.tasks.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.main.arn
    container_name   = "invorto"
    container_port   = 8080
  }
  lifecycle { ignore_changes = [desired_count] } # the scaler's
  depends_on = [aws_lb_listener.https]
}

# ── as many as there are calls: a core is full by calls, not by requests ──

resource "aws_appautoscaling_target" "main" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.main.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.tasks.least
  max_capacity       = var.tasks.most
}

resource "aws_appautoscaling_policy" "calls" {
  name               = "${local.name}-calls"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.main.service_namespace
  resource_id        = aws_appautoscaling_target.main.resource_id
  scalable_dimension = aws_appautoscaling_target.main.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value       = var.calls_per_task
    scale_out_cooldown = 30
    scale_in_cooldown  = 900
    customized_metric_specification {
      namespace   = "AWS/ApplicationELB"
      metric_name = "ActiveConnectionCount" # a call is a connection that stays
      statistic   = "Average"
      dimensions {
        name  = "LoadBalancer"
        value = aws_lb.main.arn_suffix
      }
    }
  }
}

resource "aws_appautoscaling_policy" "core" {
  name               = "${local.name}-core"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.main.service_namespace
  resource_id        = aws_appautoscaling_target.main.resource_id
  scalable_dimension = aws_appautoscaling_target.main.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value       = 35 # of two, of which the loop can use one
    scale_out_cooldown = 30
    scale_in_cooldown  = 900
    predefined_metric_specification { predefined_metric_type = "ECSServiceAverageCPUUtilization" }
  }
}
