output "address" {
  description = "What var.host has to be an alias of"
  value       = aws_lb.main.dns_name
}
output "database" {
  value = aws_db_instance.main.endpoint
}
output "database_owner_secret" {
  description = "Who may run `invorto migrate`; its roles then get the passwords of DATABASE_URL and DATABASE_WORKER_URL"
  value       = aws_db_instance.main.master_user_secret[0].secret_arn
}
output "secrets_to_fill" {
  description = "Put their values in by hand before the first task starts"
  value       = { for k, s in aws_secretsmanager_secret.given : k => s.name }
}
output "buckets" {
  value = { for k, b in aws_s3_bucket.artifacts : k => b.id }
}
