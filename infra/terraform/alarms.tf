# What Amazon sees of it. What only the daemon knows is in infra/monitoring/alerts.yaml.
resource "aws_sns_topic" "alarms" {
  name              = "${local.name}-alarms"
  kms_master_key_id = "alias/aws/sns"
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each  = toset(var.alarm_emails)
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

locals {
  service = { ClusterName = aws_ecs_cluster.main.name, ServiceName = aws_ecs_service.main.name }
  lb      = { LoadBalancer = aws_lb.main.arn_suffix }
  db      = { DBInstanceIdentifier = aws_db_instance.main.identifier }
  alarms = {
    core           = { space = "AWS/ECS", metric = "CPUUtilization", stat = "Maximum", over = 85, dimensions = local.service }
    memory         = { space = "AWS/ECS", metric = "MemoryUtilization", stat = "Maximum", over = 85, dimensions = local.service }
    errors         = { space = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", stat = "Sum", over = 10, dimensions = local.lb }
    slow           = { space = "AWS/ApplicationELB", metric = "TargetResponseTime", stat = "p95", over = 5, dimensions = local.lb }
    database_core  = { space = "AWS/RDS", metric = "CPUUtilization", stat = "Average", over = 85, dimensions = local.db }
    database_count = { space = "AWS/RDS", metric = "DatabaseConnections", stat = "Maximum", over = 80 * var.tasks.most / 4, dimensions = local.db }
    redis_count    = { space = "AWS/ElastiCache", metric = "CurrConnections", stat = "Maximum", over = 1000, dimensions = { CacheClusterId = "${local.name}-001" } }
    redis_memory   = { space = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", stat = "Maximum", over = 80, dimensions = { CacheClusterId = "${local.name}-001" } }
    blocked        = { space = "AWS/WAFV2", metric = "BlockedRequests", stat = "Sum", over = 100, dimensions = { WebACL = local.name, Region = var.region, Rule = "ALL" } }
  }
}

resource "aws_cloudwatch_metric_alarm" "all" {
  for_each            = local.alarms
  alarm_name          = "${local.name}-${replace(each.key, "_", "-")}"
  namespace           = each.value.space
  metric_name         = each.value.metric
  statistic           = startswith(each.value.stat, "p") ? null : each.value.stat
  extended_statistic  = startswith(each.value.stat, "p") ? each.value.stat : null
  threshold           = each.value.over
  comparison_operator = "GreaterThanThreshold"
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  dimensions          = each.value.dimensions
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "down" {
  alarm_name          = "${local.name}-down"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  statistic           = "Minimum"
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "breaching"
  dimensions          = { LoadBalancer = aws_lb.main.arn_suffix, TargetGroup = aws_lb_target_group.main.arn_suffix }
  alarm_actions       = [aws_sns_topic.alarms.arn]
}
